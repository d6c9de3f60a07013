import { Columns3 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Checkbox, Input } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { type Column, NAME_COLUMN } from "./columns";
import { useColumnLabel } from "./run-grid";
import styles from "./table-tools.module.css";
import type { TableView } from "./use-table-view";

// of thousands of keys a search finds the one that is meant
const LISTED = 300;
const KINDS = ["run", "config", "summary"] as const;

/** Which columns the table has, by group, with a search. */
export function ColumnChooser({ view }: { view: TableView }) {
  const { t } = useTranslation();
  const label = useColumnLabel();
  const [query, setQuery] = useState("");
  const shown = new Set(view.columns.map(({ id }) => id));
  const words = query.toLowerCase();
  const found = view.available.filter((column) => label(column).toLowerCase().includes(words)).slice(0, LISTED);
  const toggle = ({ id }: Column) => {
    const ids = view.columns.map((column) => column.id);
    view.setColumns(shown.has(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  };
  return (
    <Popover
      label={t("runs.table.columns")}
      align="end"
      trigger={<Button icon={<Columns3 aria-hidden />}>{t("runs.table.columns")}</Button>}
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
          {KINDS.map((kind) => {
            const options = found.filter((column) => column.kind === kind);
            return (
              options.length > 0 && (
                <fieldset key={kind} className={styles.group}>
                  <legend>{t(`runs.table.groups.${kind}`)}</legend>
                  {options.map((column) => (
                    <Checkbox
                      key={column.id}
                      label={label(column)}
                      checked={shown.has(column.id)}
                      disabled={column.id === NAME_COLUMN.id}
                      onChange={() => toggle(column)}
                    />
                  ))}
                </fieldset>
              )
            );
          })}
        </div>
      </div>
    </Popover>
  );
}
