import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { EMPTY_STATE, readState, type TableState, writeState } from "./table-state";

export type ChangeTable = (change: Partial<TableState>) => void;

/** The state of a table: in the address, so that a copied one shows the same, or (`local`) in the page alone. */
export function useTableState(local: boolean): [TableState, ChangeTable] {
  const [params, setParams] = useSearchParams();
  const [own, setOwn] = useState(EMPTY_STATE);
  const text = params.toString();
  const written = useMemo(() => readState(new URLSearchParams(text)), [text]);
  if (local) return [own, (change) => setOwn((now) => ({ ...now, ...change }))];
  const change: ChangeTable = (part) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        writeState({ ...readState(now), ...part }, next);
        return next;
      },
      { replace: true },
    );
  return [written, change];
}
