import { SlidersHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LineSettings } from "@/panels/line/settings";
import { Button } from "@/ui/button";
import { Field, Select } from "@/ui/field";
import { Popover } from "@/ui/popover";
import type { Choose, WorkspaceChoices } from "./choices";
import { NameSearch, type Search } from "./name-search";
import styles from "./toolbar.module.css";

interface ToolbarProps {
  search: Search;
  onSearch: (search: Search) => void;
  invalid: boolean;
  found: number;
  choices: WorkspaceChoices;
  choose: Choose;
  /** before the search, e.g. the button that opens the run list */
  children?: ReactNode;
}

const COLUMNS = ["1", "2", "3", "4", "5", "6"] as const;

/** Above the panels: find one by name, and how charts look. */
export function Toolbar({ search, onSearch, invalid, found, choices, choose, children }: ToolbarProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.bar}>
      {children}
      <NameSearch
        search={search}
        onSearch={onSearch}
        label={t("workspace.panels.find")}
        shortcut={["p", t("workspace.panels.keyFind")]}
        invalid={invalid}
        className={styles.search}
      />
      <span className={styles.found} role="status">
        {t("workspace.panels.found", { count: found })}
      </span>
      <Popover
        label={t("charts.settings.open")}
        align="end"
        trigger={
          <Button icon={<SlidersHorizontal aria-hidden />} className={styles.settings ?? ""}>
            {t("charts.settings.open")}
          </Button>
        }
      >
        <LineSettings spec={choices.line} onChange={(line) => choose({ line })} />
        <div className={styles.columns}>
          <Field label={t("charts.settings.columns")}>
            {(control) => (
              <Select
                {...control}
                value={String(choices.columns)}
                options={COLUMNS.map((value) => ({ value: value as string, label: value }))}
                onChange={(value) => choose({ columns: Number(value) })}
              />
            )}
          </Field>
        </div>
      </Popover>
    </div>
  );
}
