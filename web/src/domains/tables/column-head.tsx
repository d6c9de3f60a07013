import { ArrowDown, ArrowUp, BarChart3, ChevronDown, Copy, EyeOff, Pin, PinOff } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TableColumn, TableSort } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { copyText } from "@/lib/copy-text";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import styles from "./table-grid.module.css";
import { clampWidth } from "./widths";

export interface HeadActions {
  onSort: (column: number, more: boolean) => void;
  onOrder: (column: number, descending: boolean) => void;
  onWidth: (column: number, px: number) => void;
  onHide: (column: number) => void;
  onPin: (column: number) => void;
  onSummary: (column: number) => void;
}

interface HeadProps extends HeadActions {
  column: TableColumn;
  number: number;
  /** of those shown, from 1 */
  at: number;
  left: number;
  width: number;
  pinned: boolean;
  numeric: boolean;
  sort: readonly TableSort[];
}

const STEP_PX = 16;

/** The name of a column: a click sorts, its menu does the rest, its edge changes the width. */
export function ColumnHead({ column, number, at, left, width, pinned, numeric, sort, ...act }: HeadProps) {
  const { t } = useTranslation();
  const place = sort.findIndex((one) => one.column === number);
  const key = sort[place];
  const Arrow = key?.descending ? ArrowDown : ArrowUp;
  const name = column.name === "" ? t("tables.unnamed") : column.name;
  return (
    <th
      className={cx(styles.headCell, pinned && styles.pinned, numeric && styles.numeric)}
      style={{ left, width }}
      scope="col"
      aria-colindex={at}
      aria-sort={key ? (key.descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        className={styles.sort}
        title={`${name} · ${t("runs.table.sortHint")}`}
        onClick={(event: MouseEvent) => act.onSort(number, event.shiftKey)}
      >
        <span className={styles.headText}>{name}</span>
        {key && <Arrow aria-hidden />}
        {key && sort.length > 1 && <sup>{place + 1}</sup>}
      </button>
      <Menu
        trigger={
          <button type="button" className={styles.more} aria-label={t("tables.columnMenu", { name })}>
            <ChevronDown aria-hidden />
          </button>
        }
      >
        <MenuItem icon={<ArrowUp aria-hidden />} onSelect={() => act.onOrder(number, false)}>
          {t("tables.ascending")}
        </MenuItem>
        <MenuItem icon={<ArrowDown aria-hidden />} onSelect={() => act.onOrder(number, true)}>
          {t("tables.descending")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<BarChart3 aria-hidden />} onSelect={() => act.onSummary(number)}>
          {t("tables.summary")}
        </MenuItem>
        <MenuItem icon={pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />} onSelect={() => act.onPin(number)}>
          {pinned ? t("tables.unpin") : t("tables.pin")}
        </MenuItem>
        <MenuItem icon={<EyeOff aria-hidden />} onSelect={() => act.onHide(number)}>
          {t("tables.hide")}
        </MenuItem>
        <MenuItem icon={<Copy aria-hidden />} onSelect={() => void copyText(column.name)}>
          {t("tables.copyName")}
        </MenuItem>
      </Menu>
      <Resizer name={name} width={width} onWidth={(px) => act.onWidth(number, px)} />
    </th>
  );
}

/** The edge of a column: dragged, or moved by arrow keys. */
function Resizer({ name, width, onWidth }: { name: string; width: number; onWidth: (px: number) => void }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState<{ x: number; width: number } | null>(null);
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setFrom({ x: event.clientX, width });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onWidth(clampWidth(width + step));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={t("tables.resize", { name })}
      aria-valuenow={width}
      tabIndex={0}
      className={styles.resizer}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => from && onWidth(clampWidth(from.width + event.clientX - from.x))}
      onPointerUp={() => setFrom(null)}
      onKeyDown={onKeyDown}
    />
  );
}
