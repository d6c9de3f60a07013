import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { folderPageQuery, type VersionRef } from "../queries";
import type { Folders, Loaded } from "./tree-rows";

const NOTHING: Loaded = { items: [], next: "", pending: false, error: null };

/** The folders of a version as far as they were read. `load` reads the next page of one; a second call meanwhile does nothing. */
export function useFolders(place: VersionRef): { folders: Folders; load: (path: string) => void } {
  const client = useQueryClient();
  const [folders, setFolders] = useState<Folders>(new Map());
  const known = useRef(folders);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const put = useCallback((path: string, loaded: Loaded) => {
    if (!mounted.current) return;
    known.current = new Map(known.current).set(path, loaded);
    setFolders(known.current);
  }, []);
  const { entity, project, type, collection, version } = place;
  const load = useCallback(
    (path: string) => {
      const now = known.current.get(path) ?? NOTHING;
      if (now.pending || now.next === null) return;
      put(path, { ...now, pending: true, error: null });
      const ref = { entity, project, type, collection, version };
      client.fetchQuery(folderPageQuery(ref, path, now.next)).then(
        (page) => put(path, { items: [...now.items, ...page.items], next: page.next, pending: false, error: null }),
        (error: unknown) => put(path, { ...now, error }),
      );
    },
    [client, put, entity, project, type, collection, version],
  );
  return { folders, load };
}
