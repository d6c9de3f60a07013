import { createContext, useContext } from "react";
import type { TableSource } from "@/api/contract";
import { artifactPath, runPath } from "@/lib/paths";

/** Where the page of a file beside this table is, null where it has none. */
type PlaceOf = (path: string) => string | null;

export const TablePlace = createContext<PlaceOf>(() => null);
export const useTablePlace = (): PlaceOf => useContext(TablePlace);

/** Pages of files beside a table: in the same run, or in the same version. */
export function placesBeside(source: TableSource): PlaceOf {
  const quoted = (path: string) => path.split("/").map(encodeURIComponent).join("/");
  return (path) => {
    if (path.includes("://") || source.kind === "link") return null;
    if (source.kind === "run") return `${runPath(source.entity, source.project, source.run, "files")}/${quoted(path)}`;
    const { entity, project, type, collection, version } = source;
    return `${artifactPath(entity, project, type, collection, version, "files")}/${quoted(path)}`;
  };
}
