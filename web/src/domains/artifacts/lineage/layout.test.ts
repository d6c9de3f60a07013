import { expect, it } from "vitest";
import type { Drawing } from "./graph";
import { curve, layOut, neighbourOf } from "./layout";

const drawing = (edges: string[]): Drawing => {
  const ends = edges.map((text) => text.split(">") as [string, string]);
  const ids = [...new Set(ends.flat())];
  return {
    items: ids.map((id) => ({ id, kind: "node" }) as Drawing["items"][number]),
    edges: ends.map(([from, to]) => ({ key: `${from} ${to}`, from, to, usedAs: null })),
  };
};

it("puts what came first to the left, and no two boxes on one place", () => {
  const { boxes, width, height } = layOut(drawing(["a>b", "a>c", "b>d", "c>d"]));
  const at = (id: string) => boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  expect(at("a").x + at("a").width).toBeLessThan(at("b").x);
  expect(at("b").x + at("b").width).toBeLessThan(at("d").x);
  expect(at("b").x).toBe(at("c").x);
  expect(Math.abs(at("b").y - at("c").y)).toBeGreaterThanOrEqual(at("b").height);
  for (const box of boxes.values()) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    expect(box.y + box.height).toBeLessThanOrEqual(height);
  }
});

it("lays out a run that uses what it makes, and two edges between the same two", () => {
  const round = drawing(["a>b", "b>a"]);
  expect(layOut(round).boxes.size).toBe(2);
  expect(layOut({ items: [], edges: [] }).boxes.size).toBe(0);
});

it("walks along edges, and within a column", () => {
  const graph = drawing(["a>b", "a>c", "b>d"]);
  const layout = layOut(graph);
  expect(["b", "c"]).toContain(neighbourOf(graph, layout, "a", "ArrowRight"));
  expect(neighbourOf(graph, layout, "d", "ArrowLeft")).toBe("b");
  expect(neighbourOf(graph, layout, "d", "ArrowRight")).toBeNull();
  const [upper, lower] = ["b", "c"].sort(
    (one, two) => (layout.boxes.get(one)?.y ?? 0) - (layout.boxes.get(two)?.y ?? 0),
  );
  expect(neighbourOf(graph, layout, upper ?? "", "ArrowDown")).toBe(lower);
  expect(neighbourOf(graph, layout, lower ?? "", "ArrowUp")).toBe(upper);
  expect(neighbourOf(graph, layout, upper ?? "", "ArrowUp")).toBeNull();
});

it("draws a curve from point to point", () => {
  expect(curve([])).toBe("");
  expect(
    curve([
      { x: 0, y: 0 },
      { x: 10, y: 4 },
    ]),
  ).toBe("M0,0C5,0 5,4 10,4");
});
