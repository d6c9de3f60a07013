import { describe, expect, it } from "vitest";
import { reportIdOf, reportSlug, workspaceLinkId, workspaceName } from "./queries";
import { isSafeAddress, readReport } from "./spec";

const read = (...blocks: unknown[]) => readReport(JSON.stringify({ version: 5, blocks }));
const text = (words: string, more = {}) => ({ text: words, ...more });

describe("reading a report", () => {
  it("keeps the words, their marks and links", () => {
    const children = [
      text("plain "),
      text("f()", { inlineCode: true, bold: true }),
      { type: "link", url: "https://example.test", children: [text("there")] },
    ];
    expect(read({ type: "paragraph", children })).toEqual([
      {
        kind: "paragraph",
        children: [
          { kind: "text", text: "plain ", marks: [] },
          { kind: "text", text: "f()", marks: ["code", "bold"] },
          { kind: "link", url: "https://example.test", children: [{ kind: "text", text: "there", marks: [] }] },
        ],
      },
    ]);
  });

  it("drops the empty paragraphs around it", () => {
    const empty = { type: "paragraph", children: [text("")] };
    expect(read(empty, { type: "horizontal-rule" }, empty)).toEqual([{ kind: "rule" }]);
  });

  it("knows folded headings, checked items and lines of code", () => {
    const blocks = read(
      { type: "heading", level: 2, children: [text("h")], collapsedChildren: [{ type: "horizontal-rule" }] },
      {
        type: "list",
        children: [{ type: "list-item", checked: true, children: [{ type: "paragraph", children: [text("a")] }] }],
      },
      {
        type: "code-block",
        children: [
          { type: "code-line", children: [text("x = 1")] },
          { type: "code-line", children: [text("y")] },
        ],
      },
    );
    expect(blocks?.[0]).toMatchObject({ kind: "heading", level: 2, folded: [{ kind: "rule" }] });
    expect(blocks?.[1]).toMatchObject({ kind: "list", ordered: false, items: [{ checked: true }] });
    expect(blocks?.[2]).toEqual({ kind: "code", text: "x = 1\ny" });
  });

  it("names what it cannot draw, with the number of panels", () => {
    const grid = { type: "panel-grid", metadata: { panelBankSectionConfig: { panels: [{}, {}] } } };
    expect(read(grid, { type: "twitter", html: "<script>" }, { odd: 1 })).toEqual([
      { kind: "missing", type: "panel-grid", panels: 2 },
      { kind: "missing", type: "twitter", panels: 0 },
      { kind: "missing", type: "unknown", panels: 0 },
    ]);
  });

  it.each(["", "[]", "null", '{"blocks":', '{"blocks":[null,1,"x"]}'])("survives %s", (spec) => {
    expect(readReport(spec) ?? []).toEqual([]);
  });
});

it.each([
  ["https://example.test", true],
  ["mailto:a@example.test", true],
  ["/ada/digits", true],
  ["//evil.test", false],
  ["javascript:alert(1)", false],
  [" JavaScript:alert(1)", false],
  ["data:text/html,x", false],
])("an address %s is safe: %s", (url, safe) => expect(isSafeAddress(url)).toBe(safe));

it("finds the id behind any slug and the name behind a workspace link", () => {
  expect(reportIdOf("My--odd-title--Vmlldzox")).toBe("Vmlldzox");
  expect(reportIdOf("x--Vmlldzox==")).toBe("Vmlldzox");
  expect(reportSlug({ title: "Every block – ü!", id: "Vmlldzox" })).toBe("Every-block--Vmlldzox");
  expect(workspaceLinkId(workspaceName("abc"))).toBe("abc");
});
