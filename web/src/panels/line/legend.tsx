import { highlightLine } from "@/chart/hover-sync";
import { exactNumber, formatNumber } from "@/lib/number";
import { hasPoints, type LineInput, lastValue } from "./build";
import styles from "./legend.module.css";
import { LineSample } from "./line-sample";

// more names than this are a list, and the run selector is that list already
const NAMED = 6;

/** Each line's name and last value, as long as they are few enough to tell apart. */
export function Legend({ lines }: { lines: readonly LineInput[] }) {
  const drawn = lines.filter(hasPoints);
  if (drawn.length === 0 || drawn.length > NAMED) return null;
  return (
    <ul className={styles.legend}>
      {drawn.map((line) => {
        const value = lastValue(line);
        return (
          <li
            key={line.id}
            className={styles.item}
            onPointerEnter={() => highlightLine(line.id)}
            onPointerLeave={() => highlightLine(null)}
          >
            <LineSample color={line.color} dash={line.dash} />
            <span className={styles.name} title={line.label}>
              {line.label}
            </span>
            <span className={styles.value} title={exactNumber(value)}>
              {formatNumber(value)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
