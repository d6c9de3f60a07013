import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { appPath, get } from "@/api/client";
import type { RunColumns, RunsQuery } from "@/api/contract";
import { keys } from "@/api/keys";
import { allColumns, type Column, columnOf, firstColumns, NAME_COLUMN } from "./columns";
import { type FilterRow, readFilterRows, toServerFilter, writeFilterRows } from "./filters";
import { readSort, type SortKey, serverOrder, writeSort } from "./sorting";

/**
 * What the table shows. Search, order and filters stand in the address, so that a copied one shows the same; the choice of
 * columns is kept in this browser.
 */
export function useTableView(entity: string, project: string) {
  const [params, setParams] = useSearchParams();
  const seen = useQuery({
    queryKey: keys.columns(entity, project),
    queryFn: ({ signal }) => get<RunColumns>(`${appPath("projects", entity, project)}/columns`, signal),
    placeholderData: (previous) => previous,
  });
  const storageKey = `steelyard.columns.${JSON.stringify([entity, project])}`;
  const [kept, setKept] = useState(() => readKept(storageKey));
  const available = useMemo(() => allColumns(seen.data ?? NONE), [seen.data]);
  const columns = useMemo(() => shownColumns(kept ?? firstColumns(seen.data ?? NONE)), [kept, seen.data]);

  const search = params.get("q") ?? "";
  const sortText = params.get("sort");
  const filterText = params.get("filter");
  const sort = useMemo(() => readSort(sortText), [sortText]);
  const filters = useMemo(() => readFilterRows(filterText), [filterText]);
  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const query = useMemo<Omit<RunsQuery, "offset" | "limit">>(() => {
    const filter = toServerFilter(filters);
    return {
      ...(search !== "" && { search }),
      ...(filter && { filters: filter }),
      order: serverOrder(sort),
      columns: columns.filter(({ kind }) => kind !== "run").map(({ id }) => id),
    };
  }, [search, filters, sort, columns]);

  return {
    available,
    columns,
    query,
    search,
    sort,
    filters,
    setSearch: (text: string) => set("q", text),
    setSort: (next: readonly SortKey[]) => set("sort", writeSort(next)),
    setFilters: (rows: readonly FilterRow[]) => set("filter", rows.length > 0 ? writeFilterRows(rows) : ""),
    setColumns: (ids: readonly string[]) => {
      const next = [...ids];
      setKept(next);
      keep(storageKey, next);
    },
  };
}

export type TableView = ReturnType<typeof useTableView>;

const NONE: RunColumns = { config: [], summary: [] };

/** The name first, whatever was kept; what is no column any more is left out. */
const shownColumns = (ids: readonly string[]): Column[] => [
  NAME_COLUMN,
  ...ids.flatMap((id) => (id === NAME_COLUMN.id ? [] : (columnOf(id) ?? []))),
];

function readKept(key: string): string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string") : null;
  } catch {
    return null;
  }
}

function keep(key: string, ids: string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(ids));
  } catch {
    // storage is switched off: holds until the page is left
  }
}
