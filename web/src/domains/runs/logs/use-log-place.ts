import { useCallback, useRef } from "react";
import { useLocation, useNavigate } from "react-router";
import type { LogFilter } from "./use-log";

/** What of a log the address names: `#L120` is a line, `level` and `label` say which lines are shown. */
export function useLogPlace() {
  const { hash, search } = useLocation();
  const navigate = useNavigate();
  const params = new URLSearchParams(search);
  const level = params.get("level");
  const filter: LogFilter = {
    level: level === "error" || level === "output" ? level : "",
    label: params.get("label") ?? "",
  };
  const go = useRef((_: LogFilter, __: string) => undefined as unknown);
  go.current = (wanted, to) => {
    const next = new URLSearchParams(search);
    for (const name of ["level", "label"] as const)
      if (wanted[name] === "") next.delete(name);
      else next.set(name, wanted[name]);
    return navigate({ search: next.toString(), hash: to }, { replace: true, preventScrollReset: true });
  };
  const match = /^#L(\d+)$/.exec(hash);
  return {
    filter,
    line: match ? Number(match[1]) - 1 : null,
    /** Go to a line, counted from 0, among all lines. */
    link: useCallback((line: number) => void go.current({ level: "", label: "" }, `#L${line + 1}`), []),
    show: useCallback((wanted: LogFilter) => void go.current(wanted, ""), []),
  };
}
