import { expect, it } from "vitest";
import { runColor } from "@/lib/palette";
import { runLooks } from "./run-colors";

const runs = (...indexes: number[]) => indexes.map((colorIndex, at) => ({ id: `r${at}`, colorIndex }));

it("keeps a run's own colour, and moves only the later of two alike", () => {
  const looks = runLooks(runs(3, 5, 3), "light");
  expect(looks.get("r0")?.color).toBe(runColor(3, "light"));
  expect(looks.get("r1")?.color).toBe(runColor(5, "light"));
  expect(looks.get("r2")?.color).toBe(runColor(4, "light"));
});

it("gives the first 24 visible runs 24 colours, then starts over", () => {
  const looks = [...runLooks(runs(...Array.from({ length: 30 }, (_, i) => i)), "dark").values()];
  expect(new Set(looks.slice(0, 24).map(({ color }) => color)).size).toBe(24);
  expect(looks[24]?.dash).not.toEqual([]);
});
