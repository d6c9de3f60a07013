/** Numbers as people read them: four significant digits, SI for counts, a real minus sign. */

const MINUS = "\u2212";
const withMinus = (text: string): string => text.replace(/^-/, MINUS).replace("e-", `e${MINUS}`);
const significant = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, useGrouping: false });
const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SI = ["", "k", "M", "G", "T", "P"];

/** At most four significant digits; below 1e-3 and from 1e6 on in powers of ten. Non-finite numbers keep their names. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return withMinus(String(value));
  if (size < 1e-3 || size >= 1e6)
    return withMinus(
      value
        .toExponential(3)
        .replace(/\.?0+e/, "e")
        .replace("e+", "e"),
    );
  return withMinus(significant.format(value));
}

/** Every digit, for a title or a copied cell. ASCII minus, so that it can be pasted into code. */
export const exactNumber = (value: number): string => String(value);

/** A count in SI: 999, 1.2k, 34k, 1.5M. */
export function formatCount(value: number): string {
  let size = Math.abs(value);
  let step = 0;
  while (size >= 999.5 && step < SI.length - 1) {
    size /= 1000;
    step += 1;
  }
  const digits = step > 0 && size < 9.95 ? 1 : 0;
  const text = size.toFixed(digits).replace(/\.0$/, "");
  return `${value < 0 ? MINUS : ""}${text}${SI[step] ?? ""}`;
}

/** A whole number with thousands separators: 12,345. */
export const formatInteger = (value: number): string => withMinus(grouped.format(value));

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Sizes are binary: 0 B, 1.5 KiB, 12 MiB. */
export function formatBytes(bytes: number): string {
  let size = Math.abs(bytes);
  let step = 0;
  while (size >= 1023.5 && step < BINARY.length - 1) {
    size /= 1024;
    step += 1;
  }
  const digits = step > 0 && size < 9.95 ? 1 : 0;
  return `${bytes < 0 ? MINUS : ""}${size.toFixed(digits).replace(/\.0$/, "")} ${BINARY[step] ?? ""}`;
}
