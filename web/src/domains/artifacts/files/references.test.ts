import { expect, it } from "vitest";
import { referenceUrl } from "./references";

it("links what a browser can open and nothing else", () => {
  expect(referenceUrl("https://example.com/a b")).toBe("https://example.com/a%20b");
  expect(["s3://bucket/key", "file:///etc/passwd", "javascript:alert(1)", "no address"].map(referenceUrl)).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
