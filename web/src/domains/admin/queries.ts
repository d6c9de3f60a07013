/** Questions of the console, and what administrators of the server change there. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, patch, post, remove } from "@/api/client";
import type {
  Account,
  AccountsPage,
  Jobs,
  MadeLink,
  ProjectsPage,
  ServerOverview,
  ServerSettings,
  TeamsPage,
  UserKind,
} from "@/api/contract";

export const PAGE_SIZE = 100;
// background work changes its state within a minute
const ASK_MS = 30_000;

/** What a list is asked for. */
export interface Asked {
  search: string;
  offset: number;
}

const question = ({ search, offset }: Asked, more: Record<string, string> = {}): string => {
  const asked = new URLSearchParams({ ...more, offset: String(offset), limit: String(PAGE_SIZE) });
  if (search) asked.set("search", search);
  return asked.toString();
};

const listQuery = <T>(list: string, asked: Asked, more: Record<string, string> = {}) =>
  queryOptions({
    queryKey: ["admin", list, asked, more],
    queryFn: ({ signal }) => get<T>(`/app/admin/${list}?${question(asked, more)}`, signal),
    placeholderData: keepPreviousData,
  });

export const usersQuery = (asked: Asked, kind: UserKind) => listQuery<AccountsPage>("users", asked, { kind });
export const teamsQuery = (asked: Asked) => listQuery<TeamsPage>("teams", asked);
export const projectsQuery = (asked: Asked) => listQuery<ProjectsPage>("projects", asked);

export const overviewQuery = queryOptions({
  queryKey: ["admin", "overview"],
  queryFn: ({ signal }) => get<ServerOverview>("/app/admin/overview", signal),
  refetchInterval: ASK_MS,
});

export const jobsQuery = queryOptions({
  queryKey: ["admin", "jobs"],
  queryFn: ({ signal }) => get<Jobs>("/app/admin/jobs", signal),
  refetchInterval: ASK_MS,
});

export const settingsQuery = queryOptions({
  queryKey: ["admin", "settings"],
  queryFn: ({ signal }) => get<ServerSettings>("/app/admin/settings", signal),
});

/** Each resolves when the server has done it; the lists are read again. */
export function useUserActions() {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: ["admin"] });
  return {
    // answers with a secret in them are not kept once nobody shows them
    add: useMutation({
      mutationFn: (email: string) => post<Account & MadeLink>("/app/admin/users", { email }),
      onSettled,
      gcTime: 0,
    }).mutateAsync,
    makeLink: useMutation({
      mutationFn: (username: string) => post<MadeLink>(appPath("admin", "users", username, "link")),
      gcTime: 0,
    }).mutateAsync,
    change: useMutation({
      mutationFn: ({ username, ...change }: { username: string; admin?: boolean; active?: boolean }) =>
        patch<Account>(appPath("admin", "users", username), change),
      onSettled,
    }).mutateAsync,
  };
}

export function useTeamListActions() {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: ["admin"] });
  return {
    create: useMutation({
      mutationFn: (team: { name: string; bucket: string }) => post<{ name: string }>("/app/teams", team),
      onSettled,
    }).mutateAsync,
    remove: useMutation({ mutationFn: (team: string) => remove(appPath("teams", team)), onSettled }).mutateAsync,
  };
}

export function useSendAgain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post(appPath("admin", "mail", id, "again")),
    onSettled: () => void client.invalidateQueries({ queryKey: jobsQuery.queryKey }),
  }).mutateAsync;
}
