import { useState } from "react";

/** Which runs are chosen: some by id, or all that match. */
export interface Selection {
  ids: ReadonlySet<string>;
  all: boolean;
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  chooseAll: () => void;
  clear: () => void;
}

const NOBODY: ReadonlySet<string> = new Set();

export function useSelection(): Selection {
  const [ids, setIds] = useState(NOBODY);
  const [all, setAll] = useState(false);
  const toggle = (id: string) => {
    setAll(false);
    setIds((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };
  const clear = () => {
    setAll(false);
    setIds(NOBODY);
  };
  return { ids, all, has: (id) => all || ids.has(id), toggle, chooseAll: () => setAll(true), clear };
}
