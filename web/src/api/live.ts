/**
 * News of one project as it happens: server-sent events, and polling where a stream cannot be held.
 * Tells *what* changed; whoever shows it asks for the new part. Knows no cache and no component.
 */
import { get } from "./client";
import type { Change } from "./contract";

export type LiveState = "live" | "paused" | "reconnecting" | "offline";
export interface LiveStatus {
  state: LiveState;
  /** milliseconds since 1970 of the last word from the server, or null before the first */
  heardAt: number | null;
}
type Listener = (change: Change) => void;

const POLL_FIRST_MS = 5_000;
const POLL_LAST_MS = 30_000;
// a hidden tab lets go of its connection: HTTP/1.1 browsers hold only six per origin
const HIDDEN_STOP_MS = 30_000;

/** One stream per project page. `start` and `stop` may be called any number of times. */
export class ProjectLive {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pollMs = POLL_FIRST_MS;
  private cursor: string | null = null;
  private wanted = false;
  private pausedByUser = false;
  private status: LiveStatus = { state: "reconnecting", heardAt: null };
  private readonly changeListeners = new Set<Listener>();
  private readonly statusListeners = new Set<() => void>();
  private readonly base: string;

  constructor(entity: string, project: string) {
    this.base = `/app/projects/${encodeURIComponent(entity)}/${encodeURIComponent(project)}`;
  }

  start(): void {
    this.wanted = true;
    document.addEventListener("visibilitychange", this.onVisibility);
    this.open();
  }

  stop(): void {
    this.wanted = false;
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.close();
  }

  pause(): void {
    this.pausedByUser = true;
    this.close();
    this.setState("paused");
  }

  /** Opens the stream again and tells what was missed. */
  resume(): void {
    this.pausedByUser = false;
    this.open();
  }

  readonly getStatus = (): LiveStatus => this.status;

  readonly onStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  onChange(listener: Listener): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  private open(): void {
    this.close();
    if (!this.wanted || this.pausedByUser) return;
    this.setState("reconnecting");
    const missedSince = this.cursor;
    const source = new EventSource(`${this.base}/live`);
    this.source = source;
    source.onopen = () => {
      this.pollMs = POLL_FIRST_MS;
      this.heard("live");
      // a new stream begins now: what came between the last one and this is asked for once
      if (missedSince !== null) void this.poll().catch(() => undefined);
    };
    source.addEventListener("change", (event) => this.take(JSON.parse((event as MessageEvent<string>).data) as Change));
    source.onerror = () => this.onBroken(source);
  }

  private onBroken(source: EventSource): void {
    if (source !== this.source) return;
    // CONNECTING: the browser tries again by itself, with Last-Event-ID
    if (source.readyState === EventSource.CONNECTING) {
      this.setState(navigator.onLine ? "reconnecting" : "offline");
      return;
    }
    source.close();
    this.source = null;
    this.schedulePoll();
  }

  private schedulePoll(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.pollAndReopen(), this.pollMs);
    this.pollMs = Math.min(this.pollMs * 2, POLL_LAST_MS);
  }

  private async pollAndReopen(): Promise<void> {
    try {
      await this.poll();
      if (this.wanted && !this.pausedByUser) this.open();
    } catch {
      this.setState(navigator.onLine ? "reconnecting" : "offline");
      if (this.wanted && !this.pausedByUser) this.schedulePoll();
    }
  }

  private async poll(): Promise<void> {
    const since = this.cursor === null ? "" : `?since=${encodeURIComponent(this.cursor)}`;
    this.take(await get<Change>(`${this.base}/changes${since}`));
  }

  private take(change: Change): void {
    this.cursor = change.cursor;
    this.heard(this.source ? "live" : this.status.state);
    if (change.runs.length > 0) for (const tell of this.changeListeners) tell(change);
  }

  private heard(state: LiveState): void {
    this.status = { state, heardAt: Date.now() };
    for (const tell of this.statusListeners) tell();
  }

  private setState(state: LiveState): void {
    if (this.status.state === state) return;
    this.status = { ...this.status, state };
    for (const tell of this.statusListeners) tell();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private readonly onVisibility = (): void => {
    clearTimeout(this.timer);
    if (document.visibilityState === "hidden") this.timer = setTimeout(() => this.close(), HIDDEN_STOP_MS);
    else if (!this.source) this.open();
  };
}
