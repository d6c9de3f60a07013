/**
 * Chart series, fetched in batches and kept while they may be shown again.
 * Everyone who asks within a moment shares one request; a series that two panels want is asked for once; a request that
 * nobody waits for any more is aborted. News of a run makes its series stale: those on the screen are asked for again,
 * at most twice a second, and keep what they show meanwhile.
 */
import { post } from "@/api/client";
import type { PanelAnswer, SeriesQuery } from "@/api/contract";
import type { LineColumns } from "@/chart/series";
import { decodeColumns } from "@/panels/line/build";

export type SeriesRequest = Omit<SeriesQuery, "id">;

export interface SeriesState {
  columns: LineColumns | null;
  error: string | null;
  loading: boolean;
}

interface Entry {
  request: SeriesRequest;
  state: SeriesState;
  listeners: Set<() => void>;
  stale: boolean;
  call: Call | null;
  bytes: number;
}

interface Call {
  abort: AbortController;
  waiting: Set<Entry>;
}

type Send = (series: SeriesQuery[], signal: AbortSignal) => Promise<PanelAnswer>;

const GATHER_MS = 12;
const REFRESH_MS = 500;
// one answer of 100 series of 1,000 buckets is about as much as a browser decodes in one frame
const BATCH = 100;
const PARALLEL = 4;
const CACHE_BYTES = 96e6;
const NOTHING: SeriesState = { columns: null, error: null, loading: true };

const sendQuery: Send = (series, signal) => post<PanelAnswer>("/app/panels:query", { series }, signal);

export const seriesId = ({ entity, project, run, key, x, buckets, xMin, xMax }: SeriesRequest): string =>
  JSON.stringify([entity, project, run, key, x, buckets, xMin ?? null, xMax ?? null]);

export class SeriesStore {
  private readonly entries = new Map<string, Entry>();
  private queue = new Set<Entry>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private inFlight = 0;
  private bytes = 0;

  constructor(private readonly send: Send = sendQuery) {}

  /** Asks for the series while listened to. Returns the way out. */
  listen(request: SeriesRequest, listener: () => void): () => void {
    const entry = this.entryOf(request);
    entry.listeners.add(listener);
    entry.call?.waiting.add(entry);
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

  /** The run has new rows (`events`: system metrics). What is not on the screen is dropped. */
  invalidate(entity: string, project: string, run: string, events: boolean): void {
    let asked = false;
    for (const [id, entry] of this.entries) {
      const { request } = entry;
      const same = request.run === run && request.project === project && request.entity === entity;
      if (!same || isSystem(request.key) !== events) continue;
      entry.stale = true;
      if (entry.listeners.size === 0) this.drop(id, entry);
      else asked = true;
    }
    if (asked) this.refreshTimer ??= setTimeout(() => this.refresh(), REFRESH_MS);
  }

  retry(request: SeriesRequest): void {
    const entry = this.entryOf(request);
    entry.stale = true;
    this.enqueue(entry);
  }

  private refresh(): void {
    this.refreshTimer = undefined;
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
    const entry: Entry = { request, state: NOTHING, listeners: new Set(), stale: false, call: null, bytes: 0 };
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
    while (this.queue.size > 0 && this.inFlight < PARALLEL) {
      const batch = [...this.queue].slice(0, BATCH);
      for (const entry of batch) this.queue.delete(entry);
      void this.fetch(batch.filter(({ listeners }) => listeners.size > 0));
    }
  }

  private async fetch(batch: Entry[]): Promise<void> {
    if (batch.length === 0) return;
    const call: Call = { abort: new AbortController(), waiting: new Set(batch) };
    this.inFlight += 1;
    for (const entry of batch) {
      entry.call = call;
      entry.stale = false;
      this.update(entry, { ...entry.state, loading: true });
    }
    const byId = new Map(batch.map((entry, index) => [String(index), entry]));
    try {
      const series = batch.map((entry, index) => ({ id: String(index), ...entry.request }));
      const answer = await this.send(series, call.abort.signal);
      for (const one of answer.series) {
        const entry = byId.get(one.id);
        if (!entry) continue;
        if ("error" in one) this.update(entry, { ...entry.state, error: one.error, loading: false });
        else this.keep(entry, decodeColumns(one));
        byId.delete(one.id);
      }
      for (const entry of byId.values()) this.update(entry, { ...entry.state, loading: false });
    } catch (error) {
      this.fail(call, batch, error);
    } finally {
      this.inFlight -= 1;
      for (const entry of batch) if (entry.call === call) entry.call = null;
      this.flush();
      if (batch.some(({ stale }) => stale)) this.refreshTimer ??= setTimeout(() => this.refresh(), REFRESH_MS);
      this.trim();
    }
  }

  private fail(call: Call, batch: Entry[], error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    for (const entry of batch) {
      if (call.abort.signal.aborted) {
        // somebody may have come back while the request was being given up
        entry.call = null;
        if (entry.listeners.size > 0) this.enqueue(entry);
      } else this.update(entry, { ...entry.state, error: message, loading: false });
    }
  }

  private keep(entry: Entry, columns: LineColumns): void {
    this.bytes -= entry.bytes;
    entry.bytes = columns.x.byteLength * 4;
    this.bytes += entry.bytes;
    this.update(entry, { columns, error: null, loading: false });
  }

  private update(entry: Entry, state: SeriesState): void {
    entry.state = state;
    for (const listener of entry.listeners) listener();
  }

  private letGo(entry: Entry): void {
    this.queue.delete(entry);
    const { call } = entry;
    if (!call) return;
    call.waiting.delete(entry);
    // who only changes what it asks for lets go and comes back in one breath
    setTimeout(() => {
      if (call.waiting.size === 0) call.abort.abort();
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

const isSystem = (key: string): boolean => key.startsWith("system.") || key.startsWith("system/");

export const seriesStore = new SeriesStore();
