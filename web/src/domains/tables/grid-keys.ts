/** Where keys lead in a grid. Pure. */

export interface Spot {
  line: number;
  place: number;
}

/** The cell that a key leads to, null for keys that lead nowhere. */
export function nextSpot(
  { line, place }: Spot,
  key: string,
  bounds: { lines: number; places: number; page: number; far: boolean },
): Spot | null {
  const { lines, places, page, far } = bounds;
  const to = (nextLine: number, nextPlace: number): Spot => ({
    line: Math.max(0, Math.min(nextLine, lines - 1)),
    place: Math.max(0, Math.min(nextPlace, places - 1)),
  });
  switch (key) {
    case "ArrowDown":
      return to(far ? lines : line + 1, place);
    case "ArrowUp":
      return to(far ? 0 : line - 1, place);
    case "ArrowRight":
      return to(line, far ? places : place + 1);
    case "ArrowLeft":
      return to(line, far ? 0 : place - 1);
    case "PageDown":
      return to(line + page, place);
    case "PageUp":
      return to(line - page, place);
    case "Home":
      return to(far ? 0 : line, 0);
    case "End":
      return to(far ? lines : line, places);
    default:
      return null;
  }
}
