import { Columns3, Download, Filter, Maximize2, Minimize2, Rows3, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TableShape, TableSource } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { Button, buttonClass } from "@/ui/button";
import { Checkbox, Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuChoice } from "@/ui/menu";
import { Popover } from "@/ui/popover";
import { useShortcut } from "@/ui/shortcuts";
import { exportUrl } from "./queries";
import type { RowSize, TableState } from "./table-state";
import styles from "./table-viewer.module.css";
import type { ChangeTable } from "./use-table-state";

interface ToolsProps {
  source: TableSource;
  shape: TableShape;
  state: TableState;
  size: RowSize;
  columns: readonly number[];
  matched: number | undefined;
  busy: boolean;
  filtering: boolean;
  onFiltering: (on: boolean) => void;
  change: ChangeTable;
  /** a tile of a workspace: the search alone */
  compact: boolean;
  /** over the whole page */
  full: boolean;
  onFull: (full: boolean) => void;
}

const PAUSE_MS = 350;

/** Above a table: search, filters, columns, height of rows, and the download of what is shown. */
export function TableTools({
  source,
  shape,
  state,
  size,
  columns,
  matched,
  busy,
  filtering,
  onFiltering,
  change,
  compact,
  full,
  onFull,
}: ToolsProps) {
  const { t } = useTranslation();
  const isNarrowed = state.search !== "" || state.filter.length > 0;
  const counts = { matched: formatInteger(matched ?? 0), total: formatInteger(shape.rows) };
  return (
    <div className={styles.tools}>
      <Search text={state.search} onSearch={(search) => change({ search, at: 0 })} />
      <span className={styles.count} role="status" data-busy={busy || undefined}>
        {matched === undefined
          ? t("common.loading")
          : isNarrowed
            ? t("tables.matched", counts)
            : t("tables.rows", { count: shape.rows, total: counts.total })}
      </span>
      {isNarrowed && (
        <Button
          size="small"
          look="quiet"
          icon={<X aria-hidden />}
          onClick={() => change({ search: "", filter: [], at: 0 })}
        >
          {t("tables.showAll")}
        </Button>
      )}
      {!compact && (
        <div className={styles.buttons}>
          <Button
            size="small"
            icon={<Filter aria-hidden />}
            aria-pressed={filtering}
            onClick={() => onFiltering(!filtering)}
          >
            {state.filter.length > 0 ? t("tables.filters", { count: state.filter.length }) : t("tables.filter")}
          </Button>
          <ColumnChoice shape={shape} state={state} change={change} />
          <Menu
            trigger={
              <Button size="small" icon={<Rows3 aria-hidden />}>
                {t(`tables.sizes.${size}`)}
              </Button>
            }
          >
            <MenuChoice
              label={t("tables.rowSize")}
              value={size}
              options={(["small", "medium", "large"] as const).map((value) => ({
                value,
                label: t(`tables.sizes.${value}`),
              }))}
              onChange={(next) => change({ size: next })}
            />
          </Menu>
          <a
            className={buttonClass({ size: "small" })}
            href={exportUrl(source, { ...pick(state), columns: [...columns] }, shape.columns.length)}
            download
          >
            <Download aria-hidden />
            {t("tables.export")}
          </a>
          <IconButton
            label={t(full ? "tables.shrink" : "tables.enlarge")}
            icon={full ? <Minimize2 aria-hidden /> : <Maximize2 aria-hidden />}
            aria-pressed={full}
            onClick={() => onFull(!full)}
          />
          {full && <Leave onLeave={() => onFull(false)} />}
        </div>
      )}
    </div>
  );
}

/** Escape leads back to the page. */
function Leave({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  useShortcut("Escape", t("tables.shrink"), onLeave);
  return null;
}

const pick = ({ search, filter, sort }: TableState) => ({ search, filter: [...filter], sort: [...sort] });

function Search({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(text);
  const [known, setKnown] = useState(text);
  if (text !== known) {
    setKnown(text);
    setTyped(text);
  }
  useShortcut("/", t("tables.find"), () => field.current?.focus());
  const apply = (value: string) => {
    if (value === text) return;
    setKnown(value);
    onSearch(value);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts the pause anew
  useEffect(() => {
    const timer = setTimeout(() => apply(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <Input
      ref={field}
      type="search"
      className={styles.search ?? ""}
      value={typed}
      placeholder={t("tables.find")}
      aria-label={t("tables.find")}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && apply(typed)}
    />
  );
}

// of thousands of columns a search finds the one that is meant
const LISTED = 200;

function ColumnChoice({ shape, state, change }: Pick<ToolsProps, "shape" | "state" | "change">) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const hidden = new Set(state.hidden);
  const words = query.toLowerCase();
  const found = shape.columns.flatMap(({ name }, number) =>
    name.toLowerCase().includes(words) ? [{ name, number }] : [],
  );
  const toggle = (number: number) =>
    change({ hidden: hidden.has(number) ? state.hidden.filter((one) => one !== number) : [...state.hidden, number] });
  const word = hidden.size > 0 ? t("tables.hiddenCount", { count: hidden.size }) : t("tables.columns");
  return (
    <Popover
      label={t("tables.columns")}
      align="end"
      trigger={
        <Button size="small" icon={<Columns3 aria-hidden />}>
          {word}
        </Button>
      }
    >
      <div className={styles.chooser}>
        <Input
          type="search"
          value={query}
          placeholder={t("runs.table.findColumns")}
          aria-label={t("runs.table.findColumns")}
          onChange={(event) => setQuery(event.target.value)}
        />
        <div className={styles.options}>
          {found.slice(0, LISTED).map(({ name, number }) => (
            <Checkbox
              key={number}
              label={name === "" ? t("tables.unnamed") : name}
              checked={!hidden.has(number)}
              onChange={() => toggle(number)}
            />
          ))}
          {found.length > LISTED && (
            <p className={styles.note}>{t("common.firstOf", { shown: LISTED, count: found.length })}</p>
          )}
        </div>
        {hidden.size > 0 && (
          <Button size="small" look="quiet" onClick={() => change({ hidden: [] })}>
            {t("tables.showColumns")}
          </Button>
        )}
      </div>
    </Popover>
  );
}
