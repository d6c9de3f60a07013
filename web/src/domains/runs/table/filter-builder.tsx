import { Filter, Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Popover } from "@/ui/popover";
import { type FilterRow, isBare, OPERATORS } from "./filters";
import { useColumnLabel } from "./run-grid";
import styles from "./table-tools.module.css";
import type { TableView } from "./use-table-view";

const NEW_ROW: FilterRow = { column: "state", operator: "eq", value: "" };

/** Lines of field, operator and value; a run must match them all. Every change applies at once. */
export function FilterBuilder({ view }: { view: TableView }) {
  const { t } = useTranslation();
  const { filters: rows, setFilters } = view;
  const change = (at: number, part: Partial<FilterRow>) =>
    setFilters(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  const word = rows.length > 0 ? t("runs.table.filters", { count: rows.length }) : t("runs.table.filter");
  return (
    <Popover
      label={t("runs.table.filter")}
      trigger={<Button icon={<Filter aria-hidden />}>{word}</Button>}
      className={styles.wide ?? ""}
    >
      <div className={styles.builder}>
        {rows.length > 1 && <p className={styles.hint}>{t("runs.table.matchAll")}</p>}
        {rows.map((row, at) => (
          <Line
            key={at}
            row={row}
            view={view}
            onChange={(part) => change(at, part)}
            onRemove={() => setFilters(rows.filter((_, index) => index !== at))}
          />
        ))}
        <div className={styles.buttons}>
          <Button size="small" icon={<Plus aria-hidden />} onClick={() => setFilters([...rows, NEW_ROW])}>
            {t("runs.table.addFilter")}
          </Button>
          {rows.length > 0 && (
            <Button size="small" look="quiet" onClick={() => setFilters([])}>
              {t("runs.table.clearFilters")}
            </Button>
          )}
        </div>
      </div>
    </Popover>
  );
}

interface LineProps {
  row: FilterRow;
  view: TableView;
  onChange: (part: Partial<FilterRow>) => void;
  onRemove: () => void;
}

function Line({ row, view, onChange, onRemove }: LineProps) {
  const { t } = useTranslation();
  const label = useColumnLabel();
  const fields = view.available.map((column) => ({
    value: column.id,
    label: column.kind === "run" ? label(column) : `${t(`runs.table.groups.${column.kind}`)} · ${label(column)}`,
  }));
  const known = fields.some(({ value }) => value === row.column);
  return (
    <div className={styles.line}>
      <Select
        aria-label={t("runs.table.field")}
        value={row.column}
        options={known ? fields : [{ value: row.column, label: row.column }, ...fields]}
        onChange={(column) => onChange({ column })}
      />
      <Select
        aria-label={t("runs.table.operator")}
        value={row.operator}
        options={OPERATORS.map((value) => ({ value, label: t(`runs.table.operators.${value}`) }))}
        onChange={(operator) => onChange({ operator })}
      />
      {isBare(row.operator) ? (
        <span />
      ) : (
        <Input
          aria-label={t("runs.table.value")}
          value={row.value}
          onChange={(event) => onChange({ value: event.target.value })}
        />
      )}
      <IconButton label={t("runs.table.removeFilter")} icon={<X aria-hidden />} tooltip={false} onClick={onRemove} />
    </div>
  );
}
