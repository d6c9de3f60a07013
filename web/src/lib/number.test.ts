import { describe, expect, it } from "vitest";
import { exactNumber, formatBytes, formatCount, formatInteger, formatNumber } from "./number";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [0.123456, "0.1235"],
    [12.5, "12.5"],
    [1234.567, "1235"],
    [123456, "123456"],
    [1e6, "1e6"],
    [1234567, "1.235e6"],
    [1e-4, "1e−4"],
    [0.00012345, "1.234e−4"],
    [0.001, "0.001"],
    [-0.5, "−0.5"],
    [-3, "−3"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("shows %s as %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("keeps every digit and an ASCII minus in the exact form", () =>
    expect(exactNumber(-0.1234567891)).toBe("-0.1234567891"));
});

describe("formatCount", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1k"],
    [1234, "1.2k"],
    [99_949, "100k"],
    [999_999, "1M"],
    [1_500_000, "1.5M"],
    [-1200, "−1.2k"],
  ])("shows %s as %s", (value, text) => expect(formatCount(value)).toBe(text));

  it("groups the digits of a whole number", () => expect(formatInteger(12_345)).toBe("12,345"));
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [1024 ** 2 - 1, "1 MiB"],
    [12.4 * 1024 ** 2, "12 MiB"],
    [3 * 1024 ** 4, "3 TiB"],
  ])("shows %s bytes as %s", (value, text) => expect(formatBytes(value)).toBe(text));
});
