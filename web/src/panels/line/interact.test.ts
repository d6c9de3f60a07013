import { expect, it, vi } from "vitest";
import { attachPointer } from "./interact";

function chart() {
  const host = document.createElement("div");
  host.setPointerCapture = () => undefined;
  const onZoom = vi.fn();
  const seen: string[] = [];
  const off = attachPointer(
    host,
    {
      xAt: (clientX) => clientX / 10,
      isOverPlot: () => true,
      hoverAt: (x) => seen.push(`hover ${x}`),
      stepHover: (direction) => seen.push(`step ${direction}`),
      endHover: () => seen.push("end"),
      select: (range) => seen.push(range ? `select ${range.join("-")}` : "select none"),
    },
    onZoom,
  );
  const point = (type: string, clientX: number) =>
    host.dispatchEvent(new MouseEvent(type, { clientX, button: 0, bubbles: true }));
  return { host, onZoom, seen, off, point };
}

it("zooms to the stretch that was dragged over, in either direction", () => {
  const { onZoom, point } = chart();
  point("pointerdown", 80);
  point("pointermove", 20);
  point("pointerup", 20);
  expect(onZoom).toHaveBeenCalledExactlyOnceWith([2, 8]);
});

it("does not take a shaky click for a zoom", () => {
  const { onZoom, point } = chart();
  point("pointerdown", 80);
  point("pointerup", 83);
  expect(onZoom).not.toHaveBeenCalled();
});

it("shows all again on a double click", () => {
  const { onZoom, point } = chart();
  point("dblclick", 10);
  expect(onZoom).toHaveBeenCalledExactlyOnceWith(null);
});

it("moves the crosshair by arrow keys and hears nothing after it was detached", () => {
  const { host, seen, off } = chart();
  host.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  off();
  host.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  expect(seen).toEqual(["step 1"]);
});
