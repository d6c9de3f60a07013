/** API keys and browser sessions of the signed-in user. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, post, remove, request } from "@/api/client";
import type { ApiKey, BrowserSession, KeyInput, NewApiKey, PasswordInput } from "@/api/contract";
import { keys } from "@/api/keys";

export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: async ({ signal }) => (await get<{ keys: ApiKey[] }>("/app/keys", signal)).keys,
});

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: async ({ signal }) => (await get<{ sessions: BrowserSession[] }>("/app/sessions", signal)).sessions,
});

/** The secret is in this one answer and nowhere after it. */
export function useCreateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: KeyInput) => post<NewApiKey>("/app/keys", input),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.apiKeys }),
    // an answer with a secret in it is not kept once nobody shows it
    gcTime: 0,
  });
}

export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(appPath("keys", id)),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.apiKeys }),
  });
}

export function useRevokeSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(appPath("sessions", id)),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.sessions }),
  });
}

export function useRevokeOtherSessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove("/app/sessions"),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.sessions }),
  });
}

export const changePassword = (input: PasswordInput): Promise<unknown> =>
  request("POST", "/app/password", { body: input });
