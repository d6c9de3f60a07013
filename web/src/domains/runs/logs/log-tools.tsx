import { ChevronDown, ChevronUp, Clock, Download, Regex, Square, WrapText } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { saveFrom } from "@/lib/save-text";
import { Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { useShortcut } from "@/ui/shortcuts";
import { LogFilters } from "./log-filters";
import styles from "./log-view.module.css";
import { downloadPath, type LogFilter } from "./use-log";
import type { useLogSearch } from "./use-log-search";

interface LogToolsProps {
  run: RunDetail;
  total: number;
  filter: LogFilter;
  onFilter: (filter: LogFilter) => void;
  onJump: (line: number) => void;
  search: ReturnType<typeof useLogSearch>;
  times: boolean;
  onTimes: (on: boolean) => void;
  wrap: boolean;
  onWrap: (on: boolean) => void;
}

/** Search, and how lines are shown. */
export function LogTools(props: LogToolsProps) {
  const { run, total, filter, onFilter, onJump, search, times, onTimes, wrap, onWrap } = props;
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", t("runs.logs.find"), () => input.current?.focus());
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
      {search.scan.running && (
        <IconButton label={t("runs.logs.stop")} icon={<Square aria-hidden />} onClick={search.scan.stop} />
      )}
      <span className={styles.count} role="status">
        <Count search={search} total={total} />
      </span>
      <LogFilters run={run} filter={filter} onFilter={onFilter} onJump={onJump} />
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
          onClick={() => saveFrom(downloadPath(run, filter, times))}
        />
      </div>
    </div>
  );
}

function Count({ search, total }: Pick<LogToolsProps, "search" | "total">) {
  const { t, i18n } = useTranslation();
  if (search.text === "") return t("runs.logs.lines", { count: total });
  if (search.scan.running) {
    const share = new Intl.NumberFormat(i18n.language, { style: "percent" }).format(search.scan.share);
    return t("runs.logs.searching", { count: search.count, share });
  }
  if (search.count === 0) return t("runs.logs.noMatch");
  const numbers = { at: search.at + 1, count: search.count };
  return t(search.scan.complete ? "runs.logs.match" : "runs.logs.matchMany", numbers);
}
