/** Reads the document of a report: blocks that can be drawn as they are, the others by their kind. Never throws. */

export interface Leaf {
  kind: "text";
  text: string;
  marks: readonly Mark[];
}
export type Mark = "code" | "bold" | "italic" | "underline" | "strikethrough";
export type Inline = Leaf | { kind: "link"; url: string; children: Inline[] } | { kind: "formula"; text: string };
export interface Item {
  /** null: no checkbox */ checked: boolean | null;
  children: Block[];
}
export type Block =
  | { kind: "paragraph" | "quote" | "callout"; children: Inline[] }
  | { kind: "heading"; level: 1 | 2 | 3; children: Inline[]; folded: Block[] | null }
  | { kind: "list"; ordered: boolean; items: Item[] }
  | { kind: "code" | "markdown" | "formula"; text: string }
  | { kind: "address"; of: "image" | "video" | "page"; url: string; caption: string }
  | { kind: "rule" }
  | { kind: "missing"; type: string; panels: number };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The blocks of a report, or null when its text is no report. */
export function readReport(spec: string): Block[] | null {
  try {
    const found: unknown = JSON.parse(spec);
    return isObject(found) ? listOf(found.blocks).flatMap(readBlock).filter(hasContent) : null;
  } catch {
    return null;
  }
}

/** The library puts an empty paragraph first and last. */
const hasContent = (block: Block): boolean =>
  block.kind !== "paragraph" || block.children.some((child) => child.kind !== "text" || child.text.trim() !== "");

function readBlock(raw: Json): Block[] {
  const children = () => listOf(raw.children).flatMap(readInline);
  switch (raw.type) {
    case "paragraph":
    case "default":
      return [{ kind: "paragraph", children: children() }];
    case "heading":
      return [{ kind: "heading", level: levelOf(raw.level), children: children(), folded: foldedOf(raw) }];
    case "list":
      return [{ kind: "list", ordered: raw.ordered === true, items: listOf(raw.children).map(readItem) }];
    case "block-quote":
      return [{ kind: "quote", children: children() }];
    case "callout-block":
      return [{ kind: "callout", children: linesOf(raw) }];
    case "code-block":
      return [{ kind: "code", text: listOf(raw.children).map(plainText).join("\n") }];
    case "markdown-block":
      return [{ kind: "markdown", text: textOf(raw.content) }];
    case "latex":
      return [{ kind: "formula", text: textOf(raw.content) }];
    case "image":
    case "video":
      return [{ kind: "address", of: raw.type, url: textOf(raw.url), caption: plainText(raw) }];
    case "gallery":
      return listOf(raw.links).map((link) => ({
        kind: "address",
        of: "page",
        url: textOf(link.url),
        caption: [textOf(link.title), textOf(link.description)].filter(Boolean).join(": "),
      }));
    case "horizontal-rule":
      return [{ kind: "rule" }];
    default:
      return [{ kind: "missing", type: textOf(raw.type) || "unknown", panels: countPanels(raw) }];
  }
}

const levelOf = (level: unknown): 1 | 2 | 3 => (level === 2 || level === 3 ? level : 1);
const foldedOf = (raw: Json): Block[] | null =>
  Array.isArray(raw.collapsedChildren) ? listOf(raw.collapsedChildren).flatMap(readBlock) : null;

function readItem(raw: Json): Item {
  const children = listOf(raw.children).flatMap(readBlock);
  return { checked: typeof raw.checked === "boolean" ? raw.checked : null, children };
}

/** A callout has lines of its own. */
const linesOf = (raw: Json): Inline[] =>
  listOf(raw.children).flatMap((line, index) => [
    ...(index > 0 ? [{ kind: "text", text: "\n", marks: [] } as Leaf] : []),
    ...listOf(line.children).flatMap(readInline),
  ]);

const MARKS: readonly [key: string, mark: Mark][] = [
  ["inlineCode", "code"],
  ["bold", "bold"],
  ["italic", "italic"],
  ["underline", "underline"],
  ["strikethrough", "strikethrough"],
];

function readInline(raw: Json): Inline[] {
  if (raw.type === "link")
    return [{ kind: "link", url: textOf(raw.url), children: listOf(raw.children).flatMap(readInline) }];
  if (raw.type === "latex") return [{ kind: "formula", text: textOf(raw.content) }];
  if (typeof raw.text !== "string") return listOf(raw.children).flatMap(readInline);
  return [{ kind: "text", text: raw.text, marks: MARKS.filter(([key]) => raw[key] === true).map(([, mark]) => mark) }];
}

const plainText = (raw: Json): string =>
  typeof raw.text === "string" ? raw.text : listOf(raw.children).map(plainText).join("");

function countPanels(raw: Json): number {
  const metadata = isObject(raw.metadata) ? raw.metadata : {};
  const grid = isObject(metadata.panelBankSectionConfig) ? metadata.panelBankSectionConfig : {};
  return listOf(grid.panels).length;
}

/** Addresses that a link may lead to; a report is other people's text. */
export const isSafeAddress = (url: string): boolean => /^(https?:\/\/|mailto:|\/(?!\/))/i.test(url.trim());
