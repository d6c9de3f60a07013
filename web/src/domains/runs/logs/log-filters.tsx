import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { Input, Select } from "@/ui/field";
import styles from "./log-view.module.css";
import { type LogFilter, useLogLabels } from "./use-log";

interface LogFiltersProps {
  run: RunDetail;
  filter: LogFilter;
  onFilter: (filter: LogFilter) => void;
  /** to a line, counted from 0 */
  onJump: (line: number) => void;
}

/** Which lines are shown, and a way to any of them. */
export function LogFilters({ run, filter, onFilter, onJump }: LogFiltersProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const { data: labels = [] } = useLogLabels(run);
  const levels: { value: LogFilter["level"]; label: string }[] = [
    { value: "", label: t("runs.logs.allLevels") },
    { value: "error", label: t("runs.logs.errors") },
    { value: "output", label: t("runs.logs.output") },
  ];
  const jump = (event: FormEvent) => {
    event.preventDefault();
    const line = Number(input.current?.value);
    if (line >= 1) onJump(line - 1);
  };
  return (
    <div className={styles.filters}>
      <Select
        value={filter.level}
        options={levels}
        aria-label={t("runs.logs.level")}
        onChange={(level) => onFilter({ ...filter, level })}
      />
      {(labels.length > 0 || filter.label !== "") && (
        <Select
          value={filter.label}
          options={[
            { value: "", label: t("runs.logs.allLabels") },
            ...[...new Set([...labels, filter.label])]
              .filter((label) => label !== "")
              .map((label) => ({ value: label, label })),
          ]}
          aria-label={t("runs.logs.process")}
          onChange={(label) => onFilter({ ...filter, label })}
        />
      )}
      <form onSubmit={jump}>
        <Input
          ref={input}
          className={styles.jump ?? ""}
          inputMode="numeric"
          pattern="[0-9]*"
          placeholder={t("runs.logs.jumpHint")}
          aria-label={t("runs.logs.jump")}
        />
      </form>
    </div>
  );
}
