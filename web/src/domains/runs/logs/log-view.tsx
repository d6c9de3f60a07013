import { ArrowDown } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { LogRow } from "./log-line";
import { LogTools } from "./log-tools";
import styles from "./log-view.module.css";
import { SPAN } from "./long-list";
import { isOpen, type LogFilter, useLogTotal, useLogWindow } from "./use-log";
import { useLogPlace } from "./use-log-place";
import { useLogSearch } from "./use-log-search";
import { useLongList } from "./use-long-list";

const LINE_PX = 18;
// a reader this near the end wants to see what comes
const TAIL_PX = 40;

/** What the run printed, as it prints it. */
export function LogView({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const place = useLogPlace();
  const { data: total, error, refetch } = useLogTotal(run, place.filter);
  if (total === undefined)
    return (
      <div className={styles.wait}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={12} />}
      </div>
    );
  if (total === 0 && isOpen(place.filter))
    return (
      <div className={styles.wait}>
        <EmptyState title={t("runs.logs.none")}>{t("runs.logs.noneText")}</EmptyState>
      </div>
    );
  // another filter is another list, with another place in it
  return <Lines key={JSON.stringify(place.filter)} run={run} total={total} place={place} />;
}

interface LinesProps {
  run: RunDetail;
  total: number;
  place: ReturnType<typeof useLogPlace>;
}

function Lines({ run, total, place }: LinesProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [times, setTimes] = useState(false);
  const [wrap, setWrap] = useState(false);
  const [follow, setFollow] = useState(place.line === null);
  const [seen, setSeen] = useState(total);
  const list = useLongList(scroller, total, LINE_PX);
  const log = useLogWindow(run, place.filter, list.rows[0]?.index ?? 0, list.rows.at(-1)?.index ?? 0);
  const jump = (index: number, align: "start" | "center" = "center") => {
    setFollow(false);
    list.goTo(index, align);
  };
  const search = useLogSearch(run, place.filter, total, { goTo: jump, here: list.here });

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the address names another line
  useEffect(() => {
    if (place.line !== null) jump(place.line);
  }, [place.line]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new with every drawing
  useEffect(() => {
    if (!follow) return;
    list.goTo(total - 1, "end");
    setSeen(total);
  }, [follow, total]);
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    setFollow(list.atLastPart && box.scrollHeight - box.scrollTop - box.clientHeight < TAIL_PX);
    list.slide();
  };
  const setFilter = (filter: LogFilter) => place.show(filter);

  return (
    <div className={styles.log}>
      <LogTools
        run={run}
        total={total}
        filter={place.filter}
        onFilter={setFilter}
        onJump={(line) => {
          place.link(line);
          if (isOpen(place.filter)) jump(line);
        }}
        search={search}
        times={times}
        onTimes={setTimes}
        wrap={wrap}
        onWrap={setWrap}
      />
      {log.error !== null && <ErrorState error={log.error} onRetry={log.retry} />}
      {total === 0 && <p className={styles.wait}>{t("runs.logs.noLines")}</p>}
      <div className={styles.frame}>
        <section
          ref={scroller}
          className={cx(styles.scroller, wrap && styles.wrap, total > SPAN && styles.long)}
          onWheel={onScroll}
          onScroll={onScroll}
          aria-label={t("runs.logs.label")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
        >
          <div className={styles.lines} style={{ height: list.heightPx }}>
            {list.rows.map(({ index, place: at, start, key }) => {
              const line = log.line(index);
              const number = isOpen(place.filter) ? index : (line?.n ?? null);
              return (
                <div
                  key={key}
                  data-index={at}
                  ref={wrap ? list.measure : undefined}
                  className={styles.slot}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <LogRow
                    number={number}
                    line={line}
                    times={times}
                    mark={markOf(index, search, isOpen(place.filter) ? place.line : null)}
                    word={number === null ? "" : t("runs.logs.line", { n: number + 1 })}
                    onNumber={place.link}
                  />
                </div>
              );
            })}
          </div>
        </section>
        {total > SPAN && (
          <input
            type="range"
            className={styles.position}
            aria-label={t("runs.logs.position")}
            min={0}
            max={total - 1}
            value={list.here()}
            onChange={(event) => jump(Number(event.target.value), "start")}
          />
        )}
        {!follow && total > 0 && (
          <Button className={styles.latest ?? ""} icon={<ArrowDown aria-hidden />} onClick={() => setFollow(true)}>
            {total > seen ? t("runs.logs.latestNew", { count: total - seen }) : t("runs.logs.latest")}
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
