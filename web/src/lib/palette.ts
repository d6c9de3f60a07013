/** Run colours: 24 pairs, one of each for either theme, the first eight vivid and far apart for every kind of sight. */

export type Theme = "light" | "dark";

const PAIRS: readonly (readonly [light: string, dark: string])[] = [
  ["#1581c2", "#65bdfe"],
  ["#a60201", "#d74d3e"],
  ["#0aa854", "#70e895"],
  ["#023ed5", "#3270fe"],
  ["#8b0162", "#c44e96"],
  ["#ed6b07", "#ff8138"],
  ["#c4396a", "#f77099"],
  ["#8e67ea", "#a380ff"],
  ["#077a72", "#52a9a1"],
  ["#2c5501", "#5b843e"],
  ["#024a60", "#488197"],
  ["#806292", "#bd9ecf"],
  ["#4a9e9d", "#a9f8f6"],
  ["#3c7c01", "#7ab957"],
  ["#d07790", "#ffa6bd"],
  ["#948bc0", "#d2c9ff"],
  ["#4f3082", "#856bbe"],
  ["#2a5a9d", "#6695d9"],
  ["#6f5f3b", "#c3b38f"],
  ["#a76f4c", "#c08867"],
  ["#d236c5", "#eb5bdc"],
  ["#5f3438", "#9c6d71"],
  ["#9b9302", "#f3ee81"],
  ["#8c0ab9", "#b04adf"],
];

export const PALETTE_SIZE = PAIRS.length;

/** Dash patterns in pixels for the first 24 runs, the next 24, and so on: colour alone ends at 24. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

const slot = (index: number, size: number): number => ((Math.trunc(index) % size) + size) % size;

/** The colour of a run's palette index; indexes past 24 start over. */
export function runColor(index: number, theme: Theme): string {
  const [light, dark] = PAIRS[slot(index, PAIRS.length)] ?? ["#1581c2", "#65bdfe"];
  return theme === "dark" ? dark : light;
}

/** The dash of a run's palette index: empty is a solid line. */
export function runDash(index: number): readonly number[] {
  return DASHES[slot(Math.floor(index / PAIRS.length), DASHES.length)] ?? [];
}
