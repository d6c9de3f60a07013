import { ChevronDown, ChevronUp, Clock, Download, Regex, WrapText } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { saveText } from "@/lib/save-text";
import { useFailureText } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { useShortcut } from "@/ui/shortcuts";
import { toast } from "@/ui/toast";
import styles from "./log-view.module.css";
import { readWholeLog } from "./use-log";
import type { useLogSearch } from "./use-log-search";

interface LogToolsProps {
  run: RunDetail;
  total: number;
  search: ReturnType<typeof useLogSearch>;
  times: boolean;
  onTimes: (on: boolean) => void;
  wrap: boolean;
  onWrap: (on: boolean) => void;
}

/** Search, and how lines are shown. */
export function LogTools({ run, total, search, times, onTimes, wrap, onWrap }: LogToolsProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [saving, setSaving] = useState(false);
  const failureText = useFailureText();
  useShortcut("/", t("runs.logs.find"), () => input.current?.focus());
  const save = async () => {
    setSaving(true);
    try {
      saveText(`${run.id}.log`, await readWholeLog(run), "text/plain");
    } catch (error) {
      toast.bad(failureText(error));
    } finally {
      setSaving(false);
    }
  };
  return (
    <div className={styles.tools}>
      <Input
        ref={input}
        type="search"
        className={styles.search ?? ""}
        value={search.text}
        placeholder={t("runs.logs.find")}
        aria-label={t("runs.logs.find")}
        aria-invalid={search.failed || undefined}
        onChange={(event) => search.setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") (event.shiftKey ? search.previous : search.next)();
          if (event.key !== "Escape") return;
          search.setText("");
          event.currentTarget.blur();
        }}
      />
      <IconButton
        label={t("workspace.runs.regex")}
        icon={<Regex aria-hidden />}
        aria-pressed={search.regex}
        onClick={() => search.setRegex(!search.regex)}
      />
      {search.text !== "" && (
        <>
          <IconButton
            label={t("runs.logs.previous")}
            icon={<ChevronUp aria-hidden />}
            disabled={search.count === 0}
            onClick={search.previous}
          />
          <IconButton
            label={t("runs.logs.next")}
            icon={<ChevronDown aria-hidden />}
            disabled={search.count === 0}
            onClick={search.next}
          />
        </>
      )}
      <span className={styles.count} role="status">
        <Count search={search} total={total} />
      </span>
      <div className={styles.switches}>
        <IconButton
          label={t("runs.logs.times")}
          icon={<Clock aria-hidden />}
          aria-pressed={times}
          onClick={() => onTimes(!times)}
        />
        <IconButton
          label={t("runs.logs.wrap")}
          icon={<WrapText aria-hidden />}
          aria-pressed={wrap}
          onClick={() => onWrap(!wrap)}
        />
        <IconButton
          label={t("runs.logs.download")}
          icon={<Download aria-hidden />}
          disabled={saving}
          onClick={() => void save()}
        />
      </div>
    </div>
  );
}

function Count({ search, total }: Pick<LogToolsProps, "search" | "total">) {
  const { t } = useTranslation();
  if (search.text === "") return t("runs.logs.lines", { count: total });
  if (search.count === 0) return t("runs.logs.noMatch");
  const at = search.at + 1;
  return search.truncated
    ? t("runs.logs.matchMany", { at, count: search.count })
    : t("runs.logs.match", { at, count: search.count });
}
