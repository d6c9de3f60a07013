import { describe, expect, it } from "vitest";
import { formatDuration, formatRelative, parseTime } from "./time";

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [0.04, "0.1s"],
    [0.45, "0.4s"],
    [12.7, "12s"],
    [187, "3m 07s"],
    [3840, "1h 04m"],
    [183_600, "2d 03h"],
    [-1, "–"],
    [Number.NaN, "–"],
  ])("shows %s seconds as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe("formatRelative", () => {
  const now = Date.UTC(2026, 0, 15, 12);
  it.each([
    [-10, "just now"],
    [-59, "just now"],
    [-60, "1m ago"],
    [-3 * 3600, "3h ago"],
    [-2 * 86_400, "2d ago"],
    [7200, "in 2h"],
  ])("says %s seconds away as %s", (offset, text) => expect(formatRelative(now + offset * 1000, now)).toBe(text));
});

describe("parseTime", () => {
  it("reads ISO text", () => expect(parseTime("2026-01-15T12:00:00Z")).toBe(Date.UTC(2026, 0, 15, 12)));
  it.each([null, undefined, "", "soon"])("answers null for %s", (text) => expect(parseTime(text)).toBeNull());
});
