import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import type { RunDetail } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { LogRow } from "./log-line";
import { LogTools } from "./log-tools";
import styles from "./log-view.module.css";
import { useLogTotal, useLogWindow } from "./use-log";
import { useLogSearch } from "./use-log-search";

const LINE_PX = 18;
// a reader this near the end wants to see what comes
const TAIL_PX = 40;

/** What the run printed, as it prints it. */
export function LogView({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const { data: total, error, refetch } = useLogTotal(run);
  if (total === undefined)
    return (
      <div className={styles.wait}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={12} />}
      </div>
    );
  if (total === 0)
    return (
      <div className={styles.wait}>
        <EmptyState title={t("runs.logs.none")}>{t("runs.logs.noneText")}</EmptyState>
      </div>
    );
  return <Lines run={run} total={total} />;
}

function Lines({ run, total }: { run: RunDetail; total: number }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const linked = useLinkedLine();
  const [times, setTimes] = useState(false);
  const [wrap, setWrap] = useState(false);
  const [follow, setFollow] = useState(linked.line === null);
  const [seen, setSeen] = useState(total);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 40,
  });
  const items = virtual.getVirtualItems();
  const log = useLogWindow(run, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const search = useLogSearch(run, (index) => {
    setFollow(false);
    virtual.scrollToIndex(index, { align: "center" });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the address names another line
  useEffect(() => {
    if (linked.line !== null) virtual.scrollToIndex(linked.line, { align: "center" });
  }, [linked.line]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer is new with every drawing
  useEffect(() => {
    if (!follow) return;
    virtual.scrollToIndex(total - 1, { align: "end" });
    setSeen(total);
  }, [follow, total]);
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < TAIL_PX;
    setFollow(atEnd);
  };
  const fresh = Math.max(0, total - seen);

  return (
    <div className={styles.log}>
      <LogTools run={run} total={total} search={search} times={times} onTimes={setTimes} wrap={wrap} onWrap={setWrap} />
      {log.error !== null && <ErrorState error={log.error} onRetry={log.retry} />}
      <div className={styles.frame}>
        <section
          ref={scroller}
          className={cx(styles.scroller, wrap && styles.wrap)}
          onWheel={onScroll}
          onScroll={onScroll}
          aria-label={t("runs.logs.label")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
        >
          <div className={styles.lines} style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start, key }) => (
              <div
                key={key}
                data-index={index}
                ref={wrap ? virtual.measureElement : undefined}
                className={styles.slot}
                style={{ transform: `translateY(${start}px)` }}
              >
                <LogRow
                  index={index}
                  line={log.line(index)}
                  times={times}
                  mark={markOf(index, search, linked.line)}
                  word={t("runs.logs.line", { n: index + 1 })}
                  onNumber={linked.link}
                />
              </div>
            ))}
          </div>
        </section>
        {!follow && (
          <Button className={styles.latest ?? ""} icon={<ArrowDown aria-hidden />} onClick={() => setFollow(true)}>
            {fresh > 0 ? t("runs.logs.latestNew", { count: fresh }) : t("runs.logs.latest")}
          </Button>
        )}
      </div>
    </div>
  );
}

function markOf(
  index: number,
  { current, found }: ReturnType<typeof useLogSearch>,
  linked: number | null,
): "found" | "current" | null {
  if (index === current || index === linked) return "current";
  return found.has(index) ? "found" : null;
}

/** `#L120` in the address is a line; a click on a number puts it there. */
function useLinkedLine(): { line: number | null; link: (index: number) => void } {
  const { hash, search } = useLocation();
  const navigate = useNavigate();
  const match = /^#L(\d+)$/.exec(hash);
  const link = useRef((_: number) => undefined as unknown);
  link.current = (index) => navigate({ search, hash: `#L${index + 1}` }, { replace: true, preventScrollReset: true });
  const stable = useRef((index: number) => void link.current(index));
  return { line: match ? Number(match[1]) - 1 : null, link: stable.current };
}
