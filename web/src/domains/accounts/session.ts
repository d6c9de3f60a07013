/** Who is signed in: read once, kept for the life of the page, renewed by whatever changes it. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { loadSession, post, rememberCsrfToken, request } from "@/api/client";
import type { Session, SessionUser, SetupInput, SignupInput } from "@/api/contract";
import { keys } from "@/api/keys";

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => loadSession(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export const useSession = () => useQuery(sessionQuery);

/** The signed-in user. Only for pages behind the sign-in guard. */
export function useUser(): SessionUser {
  const { data } = useSession();
  if (!data?.user) throw new Error("this page is behind the sign-in guard, so there is a user");
  return data.user;
}

/** Everything cached belonged to whoever was signed in before. */
function replaceSession(client: QueryClient, session: Session): void {
  rememberCsrfToken(session.csrfToken);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  client.setQueryData(keys.session, session);
}

/** Each resolves when the new session is in place, and rejects with `Failure`. */
export function useSessionActions() {
  const client = useQueryClient();
  return {
    signIn: async (login: string, password: string) =>
      replaceSession(client, await post<Session>("/app/session", { login, password })),
    signUp: async (input: SignupInput) => replaceSession(client, await post<Session>("/app/signup", input)),
    setUp: async (input: SetupInput) => replaceSession(client, await post<Session>("/app/setup", input)),
    signOut: async () => {
      await request<unknown>("DELETE", "/app/session");
      replaceSession(client, await loadSession());
    },
  };
}
