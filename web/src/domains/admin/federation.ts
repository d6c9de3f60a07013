/** Issuers whose tokens count, and the accounts that their subjects name: for administrators of the server. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, post, remove } from "@/api/client";
import type { Federation, IssuerInput } from "@/api/contract";

export const federationQuery = queryOptions({
  queryKey: ["admin", "federation"],
  queryFn: ({ signal }) => get<Federation>(appPath("admin", "federation"), signal),
});

/** Each resolves when the server has done it; the list is read again. */
export function useFederationActions() {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: federationQuery.queryKey });
  return {
    add: useMutation({
      mutationFn: (given: IssuerInput) => post(appPath("admin", "federation"), given),
      onSettled,
    }).mutateAsync,
    remove: useMutation({ mutationFn: (id: string) => remove(appPath("admin", "federation", id)), onSettled })
      .mutateAsync,
    bind: useMutation({
      mutationFn: ({ id, ...given }: { id: string; subject: string; username: string }) =>
        post(appPath("admin", "federation", id, "subjects"), given),
      onSettled,
    }).mutateAsync,
    unbind: useMutation({
      mutationFn: ({ id, subject }: { id: string; subject: string }) =>
        remove(appPath("admin", "federation", id, "subjects", subject)),
      onSettled,
    }).mutateAsync,
  };
}
