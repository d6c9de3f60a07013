"""The OpenAPI description of all routes, and its page: what `write_reference.py` writes of them.

Three sources, each of one kind of fact: the slices' tables of routes with the names and docstrings of their handlers,
web/src/api/{contract,routes}.ts for what is taken and answered, tests/access/permissions.toml for who may.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import steelyard
from steelyard.domains import modules_named
from steelyard.http.errors import SCIM
from tests.access.rules import RULES, TABLE

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]

INTRO = """# REST routes

What the server answers besides GraphQL ([schema](schema.graphql)): the web app's own routes, provisioning, downloads,
probes. The same for programs is the OpenAPI 3.1 description at `/openapi.json` of every server, for who is signed in
([openapi.json](../../steelyard/domains/admin/openapi.json) here).

Programs send an API key, as the password of Basic or as Bearer. Browsers have a session cookie, and with it send the
header `X-CSRF-Token` (from `GET /app/session`) along with whatever changes something. The routes under `/app` serve the
web app of the same release: they may change from one to the next.

| Status | Meaning of a failure |
| --- | --- |
"""
FAILURES = {
    400: "the request cannot be read",
    401: "sign in, or send a key that is good",
    403: "not allowed",
    404: "not there, or not yours to see",
    409: "it exists already, or is in the way",
    413: "too large",
    422: "no good input",
    429: "too much at once: ask again after `Retry-After` seconds",
    503: "the database or the store does not answer, or the work goes on: ask again after `Retry-After` seconds",
}
# Rules that ask for no account.
_OPEN = {"page", "signed", "absent"}
# What only serves pages, says that something is absent, or is for `steelyard doctor` alone.
_UNTOLD = re.compile(r"\w+ (/\{path:path\}|/assets/.*|/favicon\.svg|/app/\{path:path\}|/scim/\{path:path\}|/probe/.*)")
_BROWSER = re.compile(r"/(app|oidc|slack|openapi\.json)")
_CSRF = {"name": "X-CSRF-Token", "in": "header", "schema": {"type": "string"}}


@cache
def described() -> Json:
    """Return the whole description. Raises `ValueError` for a route without a line in routes.ts, and the other way."""
    contract = _contract()
    told = {name for name in TABLE["routes"] if not _UNTOLD.fullmatch(name)}
    lines = {_with_kinds(name, told): line for name, line in contract["routes"].items()}
    if told != set(lines):
        raise ValueError(f"web/src/api/routes.ts and the server's routes differ: {sorted(told ^ set(lines))}")
    handlers = dict(_handlers())
    paths: dict[str, Json] = {}
    for name, line in lines.items():
        method, path = name.split(" ")
        operation = _operation(name, line, handlers.get(name))
        paths.setdefault(path.replace(":path}", "}"), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Steelyard",
            "version": steelyard.__version__,
            "description": "The routes of a Steelyard server besides its GraphQL operations.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": contract["shapes"],
            "responses": _failure_responses(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "basic", "description": "an API key as the password, of any user"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "an API key"},
                "session": {"type": "apiKey", "in": "cookie", "name": "steelyard_session"},
            },
        },
        "security": [{"key": []}, {"bearer": []}],
    }


def _contract() -> Json:
    """Return the two TypeScript files as JSON Schema. The compiler that reads them is one of the web app's packages."""
    if not (ROOT / "web" / "node_modules" / "typescript").is_dir():
        raise SystemExit("the web app's packages are missing: run make web")
    node = _output([sys.executable, "scripts/build_web.py", "node"]).splitlines()[-1]
    found: Json = json.loads(_output([f"{node}/node", "web/scripts/contract.mjs"]))
    return found


def _output(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _with_kinds(name: str, told: set[str]) -> str:
    """Return the name with the kinds of parameters that the server's table has: `{path}` is `{path:path}` there."""
    return next((item for item in told if item.replace(":path}", "}") == name), name)


def _handlers() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in modules_named("routes"):
        yield from ((f"{method} {path}", handler) for method, path, handler in module.routes.entries)


def _operation(name: str, line: Json, handler: Callable[..., Any] | None) -> Json:
    method, path = name.split(" ")
    rule = TABLE["routes"][name]
    words = handler.__name__.replace("_", " ") if handler else f"{method.lower()} {path.split('/')[1]}"
    texts = [_sentence(inspect.getdoc(handler) or "") if handler else "", line.get("description", "")]
    operation: Json = {
        "summary": words[0].upper() + words[1:],
        "description": " ".join([text for text in texts if text] + [f"Who may: {RULES[rule].text}."]),
        "tags": [path.split("/")[2] if path.startswith("/app/") else path.split("/")[1]],
        "parameters": [*_parameters(path, line)],
        "responses": _responses(method, path, rule, line),
    }
    if body := _body(line):
        operation["requestBody"] = body
    if rule in _OPEN:
        operation["security"] = []
    elif _BROWSER.match(path):
        operation["security"] = [{"key": []}, {"bearer": []}, {"session": []}]
        operation["parameters"] += [_CSRF] if method != "GET" else []
    return operation


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _parameters(path: str, line: Json) -> Iterator[Json]:
    for name in re.findall(r"\{(\w+)", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    for place, kind in (("query", "query"), ("headers", "header")):
        shape = line.get(place, {})
        for name, schema in shape.get("properties", {}).items():
            is_required = name in shape.get("required", ())
            yield {"name": name, "in": kind, "schema": schema} | ({"required": True} if is_required else {})


def _body(line: Json) -> Json | None:
    if "body" in line:
        return {"required": True, "content": {"application/json": {"schema": line["body"]}}}
    if "form" in line:
        return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": line["form"]}}}
    return {"content": _content(line["upload"])} if "upload" in line else None


def _responses(method: str, path: str, rule: str, line: Json) -> Json:
    found: dict[str, Json] = {}
    if "answer" in line:
        is_empty = line["answer"] == {"type": "null"}
        found["204" if is_empty else "200"] = _response(line["answer"])
    found |= {status: _response(shape) for status, shape in line.get("answers", {}).items()}
    for status in _possible(method, path, rule, line):
        found.setdefault(str(status), _failure(path, status, line))
    return dict(sorted(found.items()))


def _possible(method: str, path: str, rule: str, line: Json) -> Iterator[int]:
    """Return the failures that a request of this kind may be answered with."""
    takes = {"query", "headers", "body", "form", "upload"} & set(line)
    yield from (429, 503)
    if rule != "page":
        yield 403
        yield from () if rule == "signed" else (401,)
    if takes or "{" in path:
        yield from (400, 404, 422)
    if rule == "absent":
        yield 404
    if method != "GET":
        yield from (400, 404, 409, 422)
    if {"body", "form", "upload"} & set(line):
        yield 413


def _failure(path: str, status: int, line: Json) -> Json:
    if "failure" in line:
        media = line["failure"]
        # what fails before the handler is asked is told as everywhere
        content = _content(media) | _content({"$ref": "#/components/schemas/ApiError"})
        return {"description": FAILURES[status], "content": content}
    if path.startswith(SCIM):
        shape = {"media": "application/scim+json", "shape": {"$ref": "#/components/schemas/ScimError"}}
        return {"description": FAILURES[status], "content": _content(shape)}
    return {"$ref": f"#/components/responses/{status}"}


def _failure_responses() -> dict[str, Json]:
    content = _content({"$ref": "#/components/schemas/ApiError"})
    return {str(status): {"description": text, "content": content} for status, text in FAILURES.items()}


def _response(shape: Json) -> Json:
    if shape == {"type": "null"}:
        return {"description": "done, or elsewhere: nothing more is told"}
    return {"description": "as asked", "content": _content(shape)}


def _content(shape: Json) -> Json:
    """Return the body of each media type that a shape stands for."""
    content: Json = {}
    for part in shape["anyOf"] if any("media" in item for item in shape.get("anyOf", ())) else [shape]:
        if "media" in part:
            content[part["media"]] = {"schema": part["shape"]} if "shape" in part else {}
        else:
            content["application/json"] = {"schema": part}
    return content


# ---- the page -------------------------------------------------------------------------------------------------


def routes_page() -> str:
    description = described()
    page = INTRO + "".join(f"| {status} | {text} |\n" for status, text in FAILURES.items())
    groups: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            section = _section(f"{method.upper()} {path}", operation)
            groups.setdefault(operation["tags"][0], []).append(section)
    for tag, sections in groups.items():
        page += f"\n## {tag}\n" + "".join(sections)
    return page + "\n## Shapes\n" + "".join(_shape(*item) for item in description["components"]["schemas"].items())


def _section(name: str, operation: Json) -> str:
    lines = [f"\n### `{name}`\n\n{operation['description']}\n\n"]
    given = [item for item in operation["parameters"] if item["in"] == "query"]
    if given:
        texts = (f"`{item['name']}`{'' if item.get('required') else '?'}: {words(item['schema'])}" for item in given)
        lines.append(f"- Query: {', '.join(texts)}\n")
    if "requestBody" in operation:
        lines.append(f"- Takes {_bodies(operation['requestBody']['content'])}\n")
    for status, response in operation["responses"].items():
        if "$ref" not in response and int(status) < 400:
            lines.append(f"- {status}: {_bodies(response.get('content', {})) or 'nothing more'}\n")
    return "".join(lines)


def _bodies(content: Mapping[str, Any]) -> str:
    texts = [
        (words(body["schema"]) if "schema" in body else "") + ("" if kind == "application/json" else f" `{kind}`")
        for kind, body in content.items()
    ]
    return " or ".join(text.strip() for text in texts)


def _shape(name: str, schema: Json) -> str:
    text = f"\n### {name}\n\n" + (f"{schema['description']}\n\n" if "description" in schema else "")
    if schema.get("type") != "object" or not schema.get("properties"):
        return text + words(schema) + "\n"
    required = schema.get("required", ())
    lines = []
    for key, item in schema["properties"].items():
        told = f". {item['description']}" if "description" in item else ""
        lines.append(f"- `{key}{'' if key in required else '?'}`: {words(item)}{told}\n")
    return text + "".join(lines)


def words(schema: Json) -> str:
    """Return a schema as a few words of text, those that it names as links."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{json.dumps(item)}`" for item in schema.get("enum", [schema.get("const")]))
    for key, sign in (("anyOf", " or "), ("allOf", " and ")):
        if key in schema:
            return sign.join(words(item) for item in schema[key])
    return _kind(schema, schema.get("type", "anything"))


def _kind(schema: Json, kind: str | list[str]) -> str:
    if kind == "array":
        parts = schema.get("prefixItems")
        return f"[{', '.join(map(words, parts))}]" if parts else f"list of {words(schema['items'])}"
    if kind == "object" and schema.get("properties"):
        required = schema.get("required", ())
        fields = [f"{key}{'' if key in required else '?'}: {words(item)}" for key, item in schema["properties"].items()]
        return "{" + ", ".join(fields) + "}"
    if kind == "object":
        return f"object of {words(schema['additionalProperties'])}" if schema.get("additionalProperties") else "object"
    return kind if isinstance(kind, str) else " or ".join(kind)
