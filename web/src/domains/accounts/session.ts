/** Who is signed in: read once, kept for the life of the page, renewed by whatever changes it. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { loadSession, patch, post, removeFor } from "@/api/client";
import type { FollowInput, ProfileInput, SessionUser, SetupInput, SignedOut, SignupInput } from "@/api/contract";
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

/** Whether somebody looks who is not signed in: public projects are shown to them where the server allows it. */
export const useIsVisitor = (): boolean => useSession().data?.user === null;

/** Everything cached belonged to whoever was signed in before; the new session brings its own CSRF token. */
async function renewSession(client: QueryClient): Promise<void> {
  const session = await loadSession();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  client.setQueryData(keys.session, session);
}

/** Each resolves when the server has done it and the new session is in place; rejects with `Failure`. */
export function useSessionActions() {
  const client = useQueryClient();
  const enter = async (path: string, body: unknown) => {
    await post(path, body);
    await renewSession(client);
  };
  return {
    signIn: (login: string, password: string) => enter("/app/session", { login, password }),
    signUp: (input: SignupInput) => enter("/app/signup", input),
    setUp: (input: SetupInput) => enter("/app/setup", input),
    changeProfile: async (change: ProfileInput) => {
      await patch("/app/profile", change);
      await client.invalidateQueries({ queryKey: keys.session });
    },
    follow: (input: FollowInput) => enter("/app/link/follow", input),
    /** resolves to where the caller goes then: a new page, so that nothing of this user stays in memory */
    signOut: async () => (await removeFor<SignedOut | undefined>("/app/session"))?.next ?? "/login",
  };
}
