import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TableColumn, TableCondition } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { Input } from "@/ui/field";
import { readFilter, writeFilter } from "./filter-text";
import styles from "./table-grid.module.css";

interface FilterCellProps {
  columns: readonly TableColumn[];
  number: number;
  at: number;
  left: number;
  width: number;
  pinned: boolean;
  filter: readonly TableCondition[];
  onFilter: (filter: TableCondition[]) => void;
}

// one waits for the end of a word
const PAUSE_MS = 350;

/** The filter of one column, as text. It applies shortly after the last letter, or with Enter. */
export function FilterCell({ columns, number, at, left, width, pinned, filter, onFilter }: FilterCellProps) {
  const { t } = useTranslation();
  const mine = filter.filter(({ column }) => column === number);
  const written = writeFilter(mine, columns);
  const [text, setText] = useState(written);
  const [known, setKnown] = useState(written);
  // changed elsewhere: by the address, or by a value that was picked
  if (written !== known) {
    setKnown(written);
    setText(written);
  }
  const apply = (value: string) => {
    const next = readFilter(value, number, columns);
    if (JSON.stringify(next) === JSON.stringify(mine)) return;
    setKnown(writeFilter(next, columns));
    onFilter([...filter.filter(({ column }) => column !== number), ...next]);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts the pause anew
  useEffect(() => {
    const timer = setTimeout(() => apply(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const name = columns[number]?.name ?? "";
  return (
    <td className={cx(styles.filterCell, pinned && styles.pinned)} style={{ left, width }} aria-colindex={at}>
      <Input
        type="search"
        value={text}
        placeholder={t("tables.filterHint")}
        title={t("tables.filterHelp")}
        aria-label={t("tables.filterOf", { name })}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && apply(text)}
      />
    </td>
  );
}
