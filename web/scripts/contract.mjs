// Prints src/api/contract.ts and src/api/routes.ts as JSON Schema: { shapes, routes }. tests/access/description.py reads it.
// It knows the TypeScript that the two are written in, and stops at anything else.
import { readFileSync } from "node:fs";
import ts from "typescript";

const API = new URL("../src/api/", import.meta.url);
const WORDS = {
  [ts.SyntaxKind.StringKeyword]: { type: "string" },
  [ts.SyntaxKind.NumberKeyword]: { type: "number" },
  [ts.SyntaxKind.BooleanKeyword]: { type: "boolean" },
  [ts.SyntaxKind.UnknownKeyword]: {},
};
// What the Python side reads instead of a shape: a body of another media type.
const MARKERS = new Set(["Media", "JsonAs"]);

const declared = new Map();
for (const name of ["contract.ts", "routes.ts"]) {
  const source = ts.createSourceFile(name, readFileSync(new URL(name, API), "utf8"), ts.ScriptTarget.Latest, true);
  for (const node of source.statements)
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) declared.set(node.name.text, node);
}

function refuse(node) {
  throw new Error(`${node.getSourceFile().fileName} has a type that this script does not know: ${node.getText()}`);
}

/** The text of the comment before a node. */
function said(node) {
  const comments = ts.getLeadingCommentRanges(node.getSourceFile().text, node.getFullStart()) ?? [];
  const last = comments.at(-1);
  const text = last ? node.getSourceFile().text.slice(last.pos, last.end) : "";
  if (!text.startsWith("/**")) return "";
  return text
    .slice(3, -2)
    .split("\n")
    .map((line) => line.trim().replace(/^\*\s?/, ""))
    .join(" ")
    .trim();
}

const told = (node, shape) => (said(node) ? { ...shape, description: said(node) } : shape);

function objectOf(members) {
  const properties = {};
  const required = [];
  let rest;
  for (const member of members) {
    if (ts.isIndexSignatureDeclaration(member)) rest = shapeOf(member.type);
    else {
      properties[member.name.text] = told(member, shapeOf(member.type));
      if (!member.questionToken) required.push(member.name.text);
    }
  }
  const shape = { type: "object", properties };
  if (required.length > 0) shape.required = required;
  if (rest) shape.additionalProperties = rest;
  return shape;
}

function merged(shapes) {
  const parts = shapes.map(resolved);
  if (parts.some((part) => part.type !== "object")) return { allOf: shapes };
  return {
    type: "object",
    properties: Object.assign({}, ...parts.map((part) => part.properties)),
    required: [...new Set(parts.flatMap((part) => part.required ?? []))],
  };
}

/** The shape itself, where one is only named. */
function resolved(shape) {
  return shape.$ref ? shapeOfDeclared(declared.get(shape.$ref.split("/").at(-1))) : shape;
}

function shapeOfDeclared(node) {
  if (ts.isTypeAliasDeclaration(node)) return shapeOf(node.type);
  const own = objectOf(node.members);
  const bases = (node.heritageClauses ?? []).flatMap((clause) => clause.types.map(shapeOf));
  return bases.length > 0 ? merged([...bases, own]) : own;
}

function unionOf(types) {
  const shapes = types.map(shapeOf);
  if (shapes.every((shape) => "const" in shape)) return { enum: shapes.map((shape) => shape.const) };
  const kinds = new Set(shapes.map((shape) => Object.keys(shape).join() === "type" && shape.type));
  if (!kinds.has(false)) return { type: shapes.map((shape) => shape.type) };
  return { anyOf: shapes.map((shape) => ("const" in shape && shape.const === null ? { type: "null" } : shape)) };
}

function namedShape(node) {
  const written = node.typeName ?? node.expression;
  const name = (written.right ?? written.name ?? written).text;
  const given = node.typeArguments ?? [];
  if (name === "Int") return { type: "integer" };
  if (MARKERS.has(name)) {
    const media = { media: given[0].literal.text };
    return given[1] ? { ...media, shape: shapeOf(given[1]) } : media;
  }
  if (name === "Record") {
    const keys = shapeOf(given[0]);
    const names = Object.keys(keys).join() === "type" ? {} : { propertyNames: keys };
    return { type: "object", additionalProperties: shapeOf(given[1]), ...names };
  }
  if (name === "Partial") return resolved(shapeOf(given[0]));
  if (name === "Omit") {
    const { properties, required, ...whole } = resolved(shapeOf(given[0]));
    const left = [resolved(shapeOf(given[1]))].flatMap((shape) => shape.enum ?? [shape.const]);
    const kept = Object.fromEntries(Object.entries(properties).filter(([key]) => !left.includes(key)));
    return { ...whole, properties: kept, required: (required ?? []).filter((key) => !left.includes(key)) };
  }
  if (!declared.has(name)) refuse(node);
  return { $ref: `#/components/schemas/${name}` };
}

function shapeOf(node) {
  if (WORDS[node.kind]) return WORDS[node.kind];
  if (ts.isParenthesizedTypeNode(node)) return shapeOf(node.type);
  if (ts.isTypeOperatorNode(node)) return shapeOf(node.type);
  if (ts.isArrayTypeNode(node)) return { type: "array", items: shapeOf(node.elementType) };
  if (ts.isTupleTypeNode(node)) {
    const parts = node.elements.map((part) => shapeOf(part.type ?? part));
    return { type: "array", prefixItems: parts, minItems: parts.length, maxItems: parts.length };
  }
  if (ts.isUnionTypeNode(node)) return unionOf(node.types);
  if (ts.isIntersectionTypeNode(node)) return merged(node.types.map(shapeOf));
  if (ts.isTypeLiteralNode(node)) return objectOf(node.members);
  if (ts.isLiteralTypeNode(node)) {
    const { literal } = node;
    if (literal.kind === ts.SyntaxKind.NullKeyword) return { type: "null" };
    return { const: literal.text };
  }
  if (ts.isIndexedAccessTypeNode(node))
    return resolved(shapeOf(node.objectType)).properties[node.indexType.literal.text];
  if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) return namedShape(node);
  return refuse(node);
}

const routes = {};
for (const member of declared.get("Routes").members) {
  const entry = {};
  for (const part of member.type.members) {
    const key = part.name.text;
    entry[key] =
      key === "answers"
        ? Object.fromEntries(part.type.members.map((answer) => [answer.name.text, shapeOf(answer.type)]))
        : shapeOf(part.type);
  }
  routes[member.name.text] = told(member, entry);
}
const hidden = new Set(["Routes", "Int", ...MARKERS]);
const shapes = {};
for (const [name, node] of declared) if (!hidden.has(name)) shapes[name] = told(node, shapeOfDeclared(node));
process.stdout.write(JSON.stringify({ shapes, routes }));
