/**
 * The binary answer of the panel query, cut into frames as its bytes arrive (docs/protocol/panels.md). The columns of a
 * frame are typed arrays over the frame's own bytes: nothing is parsed or copied number by number.
 */
import { Failure } from "@/lib/failure";
import { postForStream } from "./client";
import type { GroupsHeader, LinesHeader, PanelQuery } from "./contract";

export type Column = Float64Array | Int32Array;
export interface Frame {
  header: LinesHeader | GroupsHeader;
  columns: ReadonlyMap<string, Column>;
}

interface RawHeader {
  columns: { name: string; type: "float64" | "int32"; length: number }[];
  end?: true;
  failure?: { code: string; message: string };
}

const PREFIX_BYTES = 8;
const ALIGN = 8;

/** Asks, and hands over each frame as soon as it is whole. Rejects with `Failure` when the answer fails or is cut. */
export async function streamPanels(
  query: PanelQuery,
  onFrame: (frame: Frame) => void,
  signal: AbortSignal,
): Promise<void> {
  const reader = (await postForStream("/app/panels:query", query, signal)).getReader();
  const frames = new FrameCutter(onFrame);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      frames.push(value);
    }
  } finally {
    // a frame that cannot be read must not leave the server working for nobody
    void reader.cancel().catch(() => undefined);
  }
  if (!frames.ended) throw new Failure(200, "cut", "The server's answer was cut off");
}

/** Takes bytes in pieces of any size. Throws `Failure` for a frame that tells of one. */
export class FrameCutter {
  ended = false;
  private readonly prefix = new Uint8Array(PREFIX_BYTES);
  private body: Uint8Array<ArrayBuffer> | null = null;
  private headerBytes = 0;
  private filled = 0;

  constructor(private readonly onFrame: (frame: Frame) => void) {}

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const target = this.body ?? this.prefix;
      const taken = bytes.subarray(at, at + target.length - this.filled);
      target.set(taken, this.filled);
      this.filled += taken.length;
      at += taken.length;
      if (this.filled === target.length) this.complete();
    }
  }

  private complete(): void {
    this.filled = 0;
    if (this.body) {
      const { body } = this;
      this.body = null;
      this.read(body);
      return;
    }
    const view = new DataView(this.prefix.buffer);
    this.headerBytes = view.getUint32(0, true);
    // its own buffer, so that the columns begin where typed arrays may begin
    this.body = new Uint8Array(this.headerBytes + view.getUint32(4, true));
  }

  private read(body: Uint8Array<ArrayBuffer>): void {
    const text = new TextDecoder().decode(body.subarray(0, this.headerBytes));
    const header = JSON.parse(text) as RawHeader & (LinesHeader | GroupsHeader);
    if (header.failure) throw new Failure(200, header.failure.code, header.failure.message);
    if (header.end) this.ended = true;
    else this.onFrame({ header, columns: columnsOf(header, body.buffer, this.headerBytes) });
  }
}

function columnsOf({ columns }: RawHeader, buffer: ArrayBuffer, start: number): Map<string, Column> {
  let at = start;
  return new Map(
    columns.map(({ name, type, length }) => {
      const Typed = type === "float64" ? Float64Array : Int32Array;
      const column = new Typed(buffer, at, length);
      at += Math.ceil(column.byteLength / ALIGN) * ALIGN;
      return [name, column];
    }),
  );
}
