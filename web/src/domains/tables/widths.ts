/** How wide columns and how high rows are. Pure. */
import type { TableColumn } from "@/api/contract";
import type { RowSize } from "./table-state";

export const ROW_PX: Record<RowSize, number> = { small: 30, medium: 72, large: 148 };
export const WIDTH_MIN = 48;
export const WIDTH_MAX = 900;
const LETTER_PX = 7;
// the arrow of the order and the menu
const HEAD_PX = 58;

/** Rows are higher where there are pictures or players to see. */
export const firstSize = (columns: readonly TableColumn[]): RowSize =>
  columns.some(({ media }) => media.some((type) => /^(image|video)/.test(type))) ? "medium" : "small";

/** The width of a column that nobody has changed: by what it holds and by its name. */
export function firstWidth({ name, kinds, media }: TableColumn): number {
  const content = media.length > 0 ? 180 : kinds.text ? 180 : kinds.json ? 160 : 96;
  return Math.min(360, Math.max(content, name.length * LETTER_PX + HEAD_PX));
}

export const clampWidth = (px: number): number => Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, px)));
