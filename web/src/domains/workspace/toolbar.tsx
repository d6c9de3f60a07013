import { Regex, SlidersHorizontal } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { LineSettings } from "@/panels/line/settings";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Popover } from "@/ui/popover";
import { useShortcut } from "@/ui/shortcuts";
import type { Choose, WorkspaceChoices } from "./choices";
import styles from "./toolbar.module.css";

export interface PanelSearch {
  text: string;
  regex: boolean;
}

interface ToolbarProps {
  search: PanelSearch;
  onSearch: (search: PanelSearch) => void;
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
  const input = useRef<HTMLInputElement>(null);
  useShortcut("p", t("workspace.panels.keyFind"), () => input.current?.focus());
  return (
    <div className={styles.bar}>
      {children}
      <Input
        ref={input}
        type="search"
        className={styles.search ?? ""}
        value={search.text}
        placeholder={t("workspace.panels.find")}
        aria-label={t("workspace.panels.find")}
        aria-invalid={invalid || undefined}
        title={invalid ? t("workspace.runs.badRegex") : undefined}
        onChange={(event) => onSearch({ ...search, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          onSearch({ ...search, text: "" });
          event.currentTarget.blur();
        }}
      />
      <IconButton
        label={t("workspace.runs.regex")}
        icon={<Regex aria-hidden />}
        aria-pressed={search.regex}
        onClick={() => onSearch({ ...search, regex: !search.regex })}
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
