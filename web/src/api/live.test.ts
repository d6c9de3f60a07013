import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Change } from "./contract";
import { ProjectLive } from "./live";

/** The browser's stream, driven by hand. */
class FakeSource extends EventTarget {
  static readonly CONNECTING = 0;
  static last: FakeSource;
  static opened = 0;
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    FakeSource.last = this;
    FakeSource.opened += 1;
  }
  close(): void {
    this.readyState = 2;
  }
  change(cursor: string, run: string): void {
    this.dispatchEvent(new MessageEvent("change", { data: JSON.stringify(changeOf(cursor, run)) }));
  }
  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }
}
const changeOf = (cursor: string, run: string): Change => ({ cursor, runs: [{ run, kinds: ["history"] }] });

let live: ProjectLive;
let heard: string[];
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.opened = 0;
  vi.stubGlobal("EventSource", FakeSource);
  asked = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return new Response(JSON.stringify(changeOf("9", "missed")));
  });
  live = new ProjectLive("me", "my project");
  heard = [];
  live.onChange((change) => heard.push(...change.runs.map(({ run }) => run)));
  live.start();
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe("the live stream of a project", () => {
  it("tells what changed", () => {
    expect(FakeSource.last.url).toBe("/app/projects/me/my%20project/live");
    FakeSource.last.onopen?.();
    FakeSource.last.change("1", "r1");
    expect(heard).toEqual(["r1"]);
    expect(live.getStatus().state).toBe("live");
  });

  it("leaves a short break to the browser, which resumes by itself", () => {
    FakeSource.last.onopen?.();
    FakeSource.last.fail(FakeSource.CONNECTING);
    expect(live.getStatus().state).toBe("reconnecting");
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened).toBe(1);
  });

  it("asks for what it missed when the stream cannot be held", async () => {
    FakeSource.last.onopen?.();
    FakeSource.last.change("7", "r1");
    FakeSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toEqual(["/app/projects/me/my%20project/changes?since=7"]);
    expect(heard).toEqual(["r1", "missed"]);
    expect(FakeSource.opened).toBe(2);
  });

  it("says nothing while paused and catches up afterwards", async () => {
    FakeSource.last.onopen?.();
    FakeSource.last.change("7", "r1");
    live.pause();
    expect(live.getStatus().state).toBe("paused");
    live.resume();
    FakeSource.last.onopen?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(["r1", "missed"]);
  });

  it("is silent after its page is left", async () => {
    live.stop();
    FakeSource.last.fail(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
    expect(FakeSource.opened).toBe(1);
  });
});
