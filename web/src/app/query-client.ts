/** How answers are cached and when a failed question is asked again. */
import { QueryClient } from "@tanstack/react-query";
import { Failure } from "@/lib/failure";

const TRIES = 2;

/** Only what may pass by itself is worth a second try: no answer, a busy or a broken server. */
export const worthRetrying = (failures: number, error: unknown): boolean =>
  failures < TRIES && error instanceof Failure && (error.status === 0 || error.status === 429 || error.status >= 500);

// the server may stand on this machine or in this building: whether there is an internet says nothing, an answer does
const networkMode = "always";

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: worthRetrying, staleTime: 5_000, refetchOnWindowFocus: true, networkMode },
      mutations: { retry: false, networkMode },
    },
  });
