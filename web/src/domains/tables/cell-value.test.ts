import { describe, expect, it } from "vitest";
import type { TableColumn } from "@/api/contract";
import { cellText, exactText, isNumeric, isTime, lineOf, mediaText, overlays, typeName } from "./cell-value";

const column = (kinds: TableColumn["kinds"], type: TableColumn["type"] = null): TableColumn => ({
  name: "c",
  kinds,
  media: [],
  type,
});
const optional = (wb_type: string) => ({
  wb_type: "union",
  params: { allowed_types: [{ wb_type: "none" }, { wb_type }] },
});

describe("cells in words", () => {
  const plain = column({ number: 1 });
  it("shortens numbers on the screen alone", () => {
    expect([cellText(0.123456789, plain), exactText(0.123456789, plain)]).toEqual(["0.1235", "0.123456789"]);
    expect(cellText({ kind: "number", text: "1180591620717411303424" }, plain)).toBe("1180591620717411303424");
    expect(cellText(null, plain)).toBe("");
  });
  it("shows moments in UTC", () => {
    const time = column({ number: 1 }, optional("timestamp"));
    expect(isTime(time)).toBe(true);
    expect(cellText(1_700_000_000_000, time)).toBe("2023-11-14 22:13:20");
    expect(cellText(1_700_000_000_250, time)).toBe("2023-11-14 22:13:20.250");
    expect(cellText(1e20, time)).toBe("100000000000000000000");
  });
  it("calls media by their caption or file", () => {
    expect(mediaText({ _type: "image-file", path: "media/a.png", caption: "seven" })).toBe("seven");
    expect(mediaText({ _type: "image-file", path: "media/a.png" })).toBe("a.png");
    expect(mediaText({ _type: "histogram" })).toBe("histogram");
  });
});

it("knows the type of an optional column", () => {
  expect(typeName(optional("wandb.Image"))).toBe("Image");
  expect(
    typeName({ wb_type: "union", params: { allowed_types: [{ wb_type: "number" }, { wb_type: "string" }] } }),
  ).toBe("");
  expect([
    typeName(null),
    isNumeric(column({ number: 1, null: 2 })),
    isNumeric(column({ number: 1, text: 1 })),
  ]).toEqual(["", true, false]);
});

it("draws lists of numbers and nothing else", () => {
  expect(lineOf({ kind: "json", text: "[1,2.5]" })).toEqual([1, 2.5]);
  for (const text of ["[1]", '["a","b"]', "{}", "[1,NaN]"]) expect(lineOf({ kind: "json", text })).toBeNull();
  expect(lineOf({ kind: "json", text: "[1,2]", size: 9000 })).toBeNull();
  expect(lineOf("[1,2]")).toBeNull();
});

it("counts what is laid over a picture", () => {
  expect(overlays({ masks: { a: {}, b: {} }, boxes: { c: [] } })).toEqual({ masks: 2, boxes: 1 });
  expect(overlays({ _left_out: { boxes: 3 } })).toEqual({ masks: 0, boxes: 3 });
});
