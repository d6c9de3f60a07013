/** Console text with terminal colours, as pieces to draw. Pure. */
import Anser from "anser";

export interface Piece {
  text: string;
  /** one of the terminal's sixteen, which follow the theme, or a CSS colour */
  fg: string | null;
  bg: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  /** set when the piece is an address */
  href: string | null;
}

const ESCAPE = "\u001b";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's own
const NOT_COLOR = /\u001b(?:\[[0-9;?]*[A-LN-Za-ln-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][A-Z0-9])/g;
const ADDRESS = /https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}]/g;

/** What a line shows: after carriage returns only the last writing stays, and cursor movements mean nothing. */
export function cleanLine(text: string): string {
  const plain = text.includes(ESCAPE) ? text.replace(NOT_COLOR, "") : text;
  if (!plain.includes("\r")) return plain;
  return plain.split("\r").findLast((part) => part !== "") ?? "";
}

export function piecesOf(line: string): Piece[] {
  const text = cleanLine(line);
  if (!text.includes(ESCAPE)) return linked({ ...PLAIN, text });
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true }).flatMap((chunk) => {
    const has = (name: Anser.DecorationName) => chunk.decorations.includes(name);
    const fg = colorOf(chunk.fg, chunk.fg_truecolor);
    const bg = colorOf(chunk.bg, chunk.bg_truecolor);
    const turned = has("reverse");
    return linked({
      text: chunk.content,
      fg: turned ? (bg ?? "inverse") : fg,
      bg: turned ? (fg ?? "inverse") : bg,
      bold: has("bold"),
      dim: has("dim"),
      italic: has("italic"),
      underline: has("underline"),
      strike: has("strikethrough"),
      href: null,
    });
  });
}

const PLAIN: Piece = {
  text: "",
  fg: null,
  bg: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  href: null,
};

function linked(piece: Piece): Piece[] {
  if (!piece.text.includes("://")) return piece.text === "" ? [] : [piece];
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of piece.text.matchAll(ADDRESS)) {
    if (match.index > from) pieces.push({ ...piece, text: piece.text.slice(from, match.index) });
    pieces.push({ ...piece, text: match[0], href: match[0] });
    from = match.index + match[0].length;
  }
  if (from < piece.text.length) pieces.push({ ...piece, text: piece.text.slice(from) });
  return pieces;
}

/** "ansi-bright-red" → "bright-red"; a palette number or true colour → CSS. */
function colorOf(name: string | null, truecolor: string | null): string | null {
  if (!name) return null;
  if (name === "ansi-truecolor") return truecolor ? `rgb(${truecolor})` : null;
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  return palette ? paletteColor(Number(palette[1])) : name.replace(/^ansi-/, "");
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const CUBE = [0, 95, 135, 175, 215, 255];

/** The terminal's 256 colours: sixteen names, a cube of 6 × 6 × 6, and 24 greys. */
export function paletteColor(index: number): string {
  if (index < 16) return `${index >= 8 ? "bright-" : ""}${NAMES[index % 8]}`;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const at = index - 16;
  return `rgb(${CUBE[Math.floor(at / 36)]}, ${CUBE[Math.floor(at / 6) % 6]}, ${CUBE[at % 6]})`;
}
