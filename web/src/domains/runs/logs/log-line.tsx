import { memo } from "react";
import type { LogLine } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { type Piece, piecesOf } from "./ansi";
import styles from "./log-view.module.css";

interface LogRowProps {
  /** its number, counted from 0; null while it is not known */
  number: number | null;
  line: LogLine | undefined;
  times: boolean;
  /** a search found it, or its number is in the address */
  mark: "found" | "current" | null;
  word: string;
  onNumber: (number: number) => void;
}

/** One line of the console: number, time, text. Numbers are not part of a selection. */
export const LogRow = memo(function LogRow({ number, line, times, mark, word, onNumber }: LogRowProps) {
  return (
    <div className={cx(styles.line, line?.level === "error" && styles.error, mark && styles[mark])}>
      {/* out of the tab order: a hundred numbers would stand between the keyboard and the rest of the page */}
      <button
        type="button"
        tabIndex={-1}
        className={styles.number}
        aria-label={word}
        disabled={number === null}
        onClick={() => number !== null && onNumber(number)}
      >
        {number === null ? "" : number + 1}
      </button>
      {times && <span className={styles.time}>{line?.ts ? timeOf(line.ts) : ""}</span>}
      {line?.label && <span className={styles.label}>{line.label}</span>}
      <code className={styles.text}>
        {line === undefined ? "" : piecesOf(line.text).map((piece, at) => <Drawn key={at} piece={piece} />)}
      </code>
    </div>
  );
});

function Drawn({ piece }: { piece: Piece }) {
  const { text, bold, dim, italic, underline, strike, href } = piece;
  const className = cx(bold && styles.bold, dim && styles.dim, italic && styles.italic, underline && styles.underline);
  const style = { ...paint("color", piece.fg), ...paint("background", piece.bg), ...(strike && STRUCK) };
  if (href)
    return (
      <a href={href} target="_blank" rel="noopener noreferrer" style={style}>
        {text}
      </a>
    );
  return (
    <span className={className} style={style}>
      {text}
    </span>
  );
}

const STRUCK = { textDecoration: "line-through" };
const paint = (property: "color" | "background", color: string | null) =>
  color === null ? {} : { [property]: color.startsWith("rgb") ? color : `var(--ansi-${color}-${property})` };

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

function timeOf(iso: string): string {
  // the server's times are UTC; a stamp without a zone is one too
  const at = new Date(/[Zz]|[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(at.getTime()) ? iso : clock.format(at);
}
