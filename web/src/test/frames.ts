/** Frames as the server makes them (docs/protocol/panels.md), for tests of who reads them. */
import type { LinesHeader, PanelQuery } from "@/api/contract";
import type { Frame } from "@/api/panel-frames";

type Columns = Record<string, readonly number[]>;
const isInt = (name: string) => name === "count" || name === "n";
const padded = (length: number) => Math.ceil(length / 8) * 8;

export function encodeFrame(header: object, columns: Columns = {}): Uint8Array {
  const described = Object.entries(columns).map(([name, { length }]) => ({
    name,
    type: isInt(name) ? "int32" : "float64",
    length,
  }));
  const text = new TextEncoder().encode(JSON.stringify({ ...header, columns: described }));
  const parts = Object.entries(columns).map(([name, values]) =>
    isInt(name) ? Int32Array.from(values) : Float64Array.from(values),
  );
  const size = parts.reduce((sum, { byteLength }) => sum + padded(byteLength), 0);
  const out = new Uint8Array(8 + padded(text.length) + size);
  const view = new DataView(out.buffer);
  view.setUint32(0, padded(text.length), true);
  view.setUint32(4, size, true);
  out.fill(0x20, 8, 8 + padded(text.length)).set(text, 8);
  let at = 8 + padded(text.length);
  for (const part of parts) {
    out.set(new Uint8Array(part.buffer), at);
    at += padded(part.byteLength);
  }
  return out;
}

/** One raw line of one point per run asked for. */
export function answerTo(query: PanelQuery, value = 1): Frame[] {
  return query.panels.map(({ id, runs = [] }, panel) => {
    const all = (value: number) => runs.map(() => value);
    const header: LinesHeader = {
      panel,
      id,
      done: true,
      runs,
      points: all(1),
      totals: all(1),
      raw: runs.map(() => true),
      marks: all(0),
      errors: [],
    };
    const columns = new Map([
      ["x", Float64Array.from(all(0))],
      ["last", Float64Array.from(all(value))],
    ]);
    return { header, columns };
  });
}
