import { describe, expect, it } from "vitest";
import { FrameScheduler } from "./scheduler";

function stepping() {
  const waiting: (() => void)[] = [];
  let clock = 0;
  const scheduler = new FrameScheduler(
    (run) => waiting.push(run),
    () => clock,
  );
  return {
    scheduler,
    frame: () => waiting.shift()?.(),
    frames: () => waiting.length,
    spend: (ms: number) => {
      clock += ms;
    },
  };
}

describe("FrameScheduler", () => {
  it("draws a drawing once per frame, however often it was asked", () => {
    const { scheduler, frame, frames } = stepping();
    let drawn = 0;
    const drawing = { draw: () => (drawn += 1) };
    scheduler.request(drawing);
    scheduler.request(drawing);
    expect(frames()).toBe(1);
    frame();
    expect(drawn).toBe(1);
    expect(frames()).toBe(0);
  });

  it("draws the most urgent first and carries the rest over when the budget is spent", () => {
    const { scheduler, frame, spend } = stepping();
    const order: string[] = [];
    const drawing = (name: string, urgency: number) => ({
      draw: () => {
        order.push(name);
        spend(10);
      },
      urgency: () => urgency,
    });
    scheduler.request(drawing("far", 900));
    scheduler.request(drawing("near", 3));
    frame();
    expect(order).toEqual(["near"]);
    frame();
    expect(order).toEqual(["near", "far"]);
  });

  it("forgets what was cancelled", () => {
    const { scheduler, frame } = stepping();
    let drawn = 0;
    const drawing = { draw: () => (drawn += 1) };
    scheduler.request(drawing);
    scheduler.cancel(drawing);
    frame();
    expect(drawn).toBe(0);
  });
});
