/** Questions about reports and saved workspaces. */
import { queryOptions } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type { ViewDocument, ViewHeading, ViewList } from "@/api/contract";
import { keys } from "@/api/keys";

export const viewsQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: keys.views(entity, project),
    queryFn: ({ signal }) => get<ViewList>(appPath("projects", entity, project, "views"), signal),
  });

export const viewQuery = (entity: string, project: string, id: string) =>
  queryOptions({
    queryKey: [...keys.views(entity, project), id],
    queryFn: ({ signal }) => get<ViewDocument>(appPath("projects", entity, project, "views", id), signal),
  });

export const isReport = ({ type }: ViewHeading): boolean => type === "runs" || type === "runs/draft";
export const isWorkspace = ({ type }: ViewHeading): boolean => type === "project-view";

/** The id in a link to a saved workspace: `?nw=abc` means the view `nw-abc-v`. */
export const workspaceLinkId = (name: string): string => /^nw-(.+)-v$/.exec(name)?.[1] ?? name;
export const workspaceName = (linkId: string): string => `nw-${linkId}-v`;

/** Links are `Title-of-it--ID`, with whatever slug: the last `--` counts. */
export const reportIdOf = (slug: string): string => slug.slice(slug.lastIndexOf("--") + 2).replace(/=+$/, "");
export const reportSlug = ({ title, id }: Pick<ViewHeading, "title" | "id">): string =>
  `${title.replace(/\W+/g, "-").replace(/^-+|-+$/g, "")}--${id}`;
