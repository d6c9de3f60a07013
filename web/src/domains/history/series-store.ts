/**
 * Chart series, fetched in batches of panels and kept while they may be shown again.
 * Everyone who asks within a moment shares one request, what is on the screen first; a series that two panels want is
 * asked for once; each line is shown as it comes; a request that few wait for any more is aborted. News of a run makes
 * the series that it touches stale: those listened to are asked for again, at most twice a second, and keep what they
 * show meanwhile.
 */
import type { LinesHeader, PanelQuery, RunChange } from "@/api/contract";
import { type Frame, streamPanels } from "@/api/panel-frames";
import type { LineColumns } from "@/chart/series";
import { linesOf } from "./lines-of";
import { batchOf, panelId, type SeriesRequest, seriesId } from "./series-batch";

export { type SeriesRequest, seriesId } from "./series-batch";

export interface SeriesState {
  columns: LineColumns | null;
  error: string | null;
  loading: boolean;
}

type Listener = () => void;

interface Entry {
  request: SeriesRequest;
  state: SeriesState;
  /** with how soon each wants it: less is sooner */
  listeners: Map<Listener, number>;
  stale: boolean;
  call: Call | null;
  bytes: number;
}

interface Call {
  abort: AbortController;
  /** not answered yet */
  open: Set<Entry>;
  /** those of them that somebody listens to */
  wanted: Set<Entry>;
}

type Send = (query: PanelQuery, onFrame: (frame: Frame) => void, signal: AbortSignal) => Promise<void>;

const GATHER_MS = 12;
const REFRESH_MS = 500;
// a screen of panels: the next question can go ahead of what has scrolled away
const BATCH_PANELS = 12;
const BATCH_SERIES = 2_000;
// HTTP/1.1 browsers hold six connections per origin, and live news and pictures need some
const PARALLEL = 3;
const CACHE_BYTES = 96e6;
const NOTHING: SeriesState = { columns: null, error: null, loading: true };

export class SeriesStore {
  private readonly entries = new Map<string, Entry>();
  private queue = new Set<Entry>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private refreshedAt = 0;
  private inFlight = 0;
  private bytes = 0;

  constructor(private readonly send: Send = streamPanels) {}

  /** Asks for the series while listened to; `rank` 0 is sooner than 1. Returns the way out. */
  listen(request: SeriesRequest, listener: Listener, rank = 0): () => void {
    const entry = this.entryOf(request);
    entry.listeners.set(listener, rank);
    if (entry.call?.open.has(entry)) entry.call.wanted.add(entry);
    if (this.isWanting(entry)) this.enqueue(entry);
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size === 0) this.letGo(entry);
    };
  }

  /** What is known now; the same object until something changes. */
  peek(request: SeriesRequest): SeriesState {
    return this.entries.get(seriesId(request))?.state ?? NOTHING;
  }

  /** Takes news of a run. What it touches and is not listened to is dropped. */
  invalidate(entity: string, project: string, change: RunChange): void {
    let asked = false;
    for (const [id, entry] of this.entries) {
      const { request } = entry;
      if (request.project !== project || request.entity !== entity || !touches(change, request)) continue;
      entry.stale = true;
      if (entry.listeners.size === 0) this.drop(id, entry);
      else asked = true;
    }
    if (asked) this.refreshSoon();
  }

  retry(request: SeriesRequest): void {
    const entry = this.entryOf(request);
    entry.stale = true;
    this.enqueue(entry);
  }

  /** The first news after a quiet time are followed at once, the next ones wait their time. */
  private refreshSoon(): void {
    const wait = Math.max(0, this.refreshedAt + REFRESH_MS - Date.now());
    this.refreshTimer ??= setTimeout(() => this.refresh(), wait);
  }

  private refresh(): void {
    this.refreshTimer = undefined;
    this.refreshedAt = Date.now();
    for (const entry of this.entries.values())
      if (entry.stale && entry.listeners.size > 0 && !entry.call) this.enqueue(entry);
  }

  private entryOf(request: SeriesRequest): Entry {
    const id = seriesId(request);
    const known = this.entries.get(id);
    if (known) {
      // to the young end of the map: the old end is dropped first
      this.entries.delete(id);
      this.entries.set(id, known);
      return known;
    }
    const entry: Entry = { request, state: NOTHING, listeners: new Map(), stale: false, call: null, bytes: 0 };
    this.entries.set(id, entry);
    return entry;
  }

  private isWanting({ state, stale, call }: Entry): boolean {
    return !call && (stale || state.columns === null);
  }

  private enqueue(entry: Entry): void {
    this.queue.add(entry);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flush(): void {
    this.timer = undefined;
    while (this.queue.size > 0 && this.inFlight < PARALLEL) void this.fetch(this.nextBatch());
  }

  /** Takes the panels that are wanted soonest out of the queue. */
  private nextBatch(): Entry[] {
    const waiting = [...this.queue].sort((a, b) => rankOf(a) - rankOf(b));
    const first = rankOf(waiting[0]);
    const panels = new Set<string>();
    const batch: Entry[] = [];
    for (const entry of waiting) {
      // what is on the screen does not share its request with what is not: that one may be given up by itself
      if (rankOf(entry) !== first || batch.length >= BATCH_SERIES) break;
      const panel = panelId(entry.request);
      if (!panels.has(panel) && panels.size >= BATCH_PANELS) continue;
      panels.add(panel);
      batch.push(entry);
    }
    for (const entry of batch) this.queue.delete(entry);
    return batch;
  }

  private async fetch(batch: Entry[]): Promise<void> {
    const call: Call = { abort: new AbortController(), open: new Set(batch), wanted: new Set(batch) };
    this.inFlight += 1;
    this.tell(batch, (entry) => {
      entry.call = call;
      entry.stale = false;
      return { ...entry.state, loading: true };
    });
    const { query, find } = batchOf(batch);
    try {
      await this.send(query, (frame) => this.take(call, frame, find), call.abort.signal);
      this.tell([...call.open], ({ state }) => ({ ...state, loading: false }));
    } catch (error) {
      this.fail(call, error);
    } finally {
      this.inFlight -= 1;
      for (const entry of batch) if (entry.call === call) entry.call = null;
      this.flush();
      if (batch.some(({ stale }) => stale)) this.refreshSoon();
      this.trim();
    }
  }

  private take(call: Call, frame: Frame, find: (panel: number, run: number) => Entry | undefined): void {
    const { panel, errors } = frame.header as LinesHeader;
    const states = new Map<Entry, SeriesState>();
    for (const { run, message } of errors) {
      const entry = find(panel, run);
      if (entry) states.set(entry, { ...entry.state, error: message, loading: false });
    }
    for (const [run, columns] of linesOf(frame)) {
      const entry = find(panel, run);
      if (!entry) continue;
      this.weigh(entry, columns);
      states.set(entry, { columns, error: null, loading: false });
    }
    for (const entry of states.keys()) {
      call.open.delete(entry);
      call.wanted.delete(entry);
    }
    this.tell([...states.keys()], (entry) => states.get(entry) as SeriesState);
  }

  private fail(call: Call, error: unknown): void {
    const failed = [...call.open];
    if (call.abort.signal.aborted) {
      // somebody may have come back while the request was being given up
      for (const entry of failed) {
        entry.call = null;
        if (entry.listeners.size > 0) this.enqueue(entry);
      }
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.tell(failed, ({ state }) => ({ ...state, error: message, loading: false }));
  }

  private weigh(entry: Entry, { x, raw }: LineColumns): void {
    this.bytes -= entry.bytes;
    entry.bytes = x.byteLength * (raw ? 2 : 4);
    this.bytes += entry.bytes;
  }

  /** Changes all the states first, then tells everybody once, however many of their series changed. */
  private tell(changed: readonly Entry[], next: (entry: Entry) => SeriesState): void {
    const listeners = new Set<Listener>();
    for (const entry of changed) {
      entry.state = next(entry);
      for (const listener of entry.listeners.keys()) listeners.add(listener);
    }
    for (const listener of listeners) listener();
  }

  private letGo(entry: Entry): void {
    this.queue.delete(entry);
    const { call } = entry;
    if (!call) return;
    call.wanted.delete(entry);
    // who only changes what it asks for lets go and comes back in one breath
    setTimeout(() => {
      // what is left of a request that is mostly for nobody is asked for anew, by those who still want it
      if (call.wanted.size * 2 < call.open.size) call.abort.abort();
    }, 0);
  }

  private trim(): void {
    for (const [id, entry] of this.entries) {
      if (this.bytes <= CACHE_BYTES) return;
      if (entry.listeners.size === 0 && !entry.call) this.drop(id, entry);
    }
  }

  private drop(id: string, entry: Entry): void {
    this.bytes -= entry.bytes;
    this.entries.delete(id);
  }
}

const rankOf = (entry: Entry | undefined): number => Math.min(...(entry?.listeners.values() ?? []));

/** Whether the news of a run may change this series. */
function touches({ run, kinds, keys, fromStep }: RunChange, { run: own, key, x, xMax }: SeriesRequest): boolean {
  if (run !== own || !kinds.includes(isSystem(key) ? "events" : "history")) return false;
  if (isSystem(key)) return true;
  if (keys && !keys.includes(key) && !keys.includes(x)) return false;
  // a part of the line that lies before everything new
  return !(x === "_step" && fromStep !== undefined && xMax !== undefined && xMax < fromStep);
}

const isSystem = (key: string): boolean => key.startsWith("system.") || key.startsWith("system/");

export const seriesStore = new SeriesStore();
