import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditFilter } from "@/domains/audit/queries";
import { Input, Select } from "@/ui/field";
import styles from "./admin-audit.module.css";

const DAYS = [1, 7, 30, 90, 365] as const;

interface Props {
  filter: AuditFilter;
  actions: readonly string[];
  onChange: (change: Partial<AuditFilter>) => void;
}

/** Who, what, and how far back. A user name counts once it is written: Enter, or leaving the field. */
export function Filters({ filter, actions, onChange }: Props) {
  const { t } = useTranslation();
  const [actor, setActor] = useState(filter.actor);
  useEffect(() => setActor(filter.actor), [filter.actor]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ actor: actor.trim() });
  };
  const known = filter.action && !actions.includes(filter.action) ? [filter.action, ...actions] : actions;
  return (
    <form className={styles.filters} onSubmit={submit} aria-label={t("audit.filters")}>
      <Input
        className={styles.actor}
        aria-label={t("audit.actor")}
        placeholder={t("audit.actor")}
        value={actor}
        onChange={(event) => setActor(event.target.value)}
        onBlur={() => actor.trim() !== filter.actor && onChange({ actor: actor.trim() })}
        autoComplete="off"
        spellCheck={false}
      />
      <Select
        aria-label={t("audit.action")}
        value={filter.action}
        options={[{ value: "", label: t("audit.anyAction") }, ...known.map((value) => ({ value, label: value }))]}
        onChange={(action) => onChange({ action })}
      />
      <Select
        aria-label={t("audit.days")}
        value={String(filter.days)}
        options={[...new Set([...DAYS, filter.days])]
          .sort((a, b) => a - b)
          .map((count) => ({ value: String(count), label: t("audit.lastDays", { count }) }))}
        onChange={(days) => onChange({ days: Number(days) })}
      />
    </form>
  );
}
