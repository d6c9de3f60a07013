/** The one door to the server: JSON in and out, the CSRF header on unsafe methods, every failure a `Failure`. */
import { Failure } from "@/lib/failure";
import type { ApiError, Session } from "./contract";

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
export interface Options {
  body?: unknown;
  signal?: AbortSignal;
}

let csrfToken: string | null = null;
const signedOutListeners = new Set<() => void>();

/** Called with every session answer: the token changes at sign-in and sign-out. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** Hears of every 401, so that the app can ask for a sign-in wherever it came from. Returns the way to stop. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** Joins path segments, each quoted whole. */
export const appPath = (...segments: string[]): string => `/app/${segments.map(encodeURIComponent).join("/")}`;

/**
 * Sends one request. Resolves to the parsed body, or undefined for an empty one.
 * Rejects with `Failure` (status 0 when no answer came); an aborted request rejects with the browser's AbortError.
 */
export async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  return readBody<T>(await answerTo(method, path, options));
}

/** As `request` with POST, for an answer that is read as it comes. */
export async function postForStream(
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await answerTo("POST", path, { body, ...(signal && { signal }) });
  if (!response.body) throw new Failure(response.status, "unreadable", "The server's answer is empty");
  return response.body;
}

/** The server's answer, when it is a good one. */
async function answerTo(method: Method, path: string, options: Options): Promise<Response> {
  const response = await send(method, path, options);
  if (response.ok) return response;
  const failure = await readFailure(response);
  if (failure.status === 401 && path !== "/app/session") for (const listener of signedOutListeners) listener();
  throw failure;
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>("GET", path, signal ? { signal } : {});
export const post = <T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> =>
  request<T>("POST", path, { body, ...(signal && { signal }) });
export const patch = <T>(path: string, body: unknown): Promise<T> => request<T>("PATCH", path, { body });
export const remove = (path: string): Promise<void> => request<void>("DELETE", path);
/** For what is told when something has gone. */
export const removeFor = <T>(path: string): Promise<T> => request<T>("DELETE", path);

/** Reads the session and keeps its token for later unsafe requests. */
export async function loadSession(signal?: AbortSignal): Promise<Session> {
  const session = await get<Session>("/app/session", signal);
  rememberCsrfToken(session.csrfToken);
  return session;
}

async function send(method: Method, path: string, { body, signal }: Options): Promise<Response> {
  if (method !== "GET" && csrfToken === null) await loadSession(signal);
  const first = await exchange(method, path, body, signal);
  if (first.status !== 403 || method === "GET" || !(await refusedForToken(first))) return first;
  // another tab signed in or out since: take the new token and try once more
  await loadSession(signal);
  return exchange(method, path, body, signal);
}

async function exchange(method: Method, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (method !== "GET" && csrfToken !== null) headers.set("X-CSRF-Token", csrfToken);
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure(0, "unreachable", "The server could not be reached");
  }
}

async function refusedForToken(response: Response): Promise<boolean> {
  const failure = await readFailure(response.clone());
  return /csrf/i.test(failure.code + failure.message);
}

async function readBody<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (text === "") return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Failure(response.status, "unreadable", "The server's answer could not be read", requestIdOf(response));
  }
}

const requestIdOf = (response: Response): string | null => response.headers.get("X-Request-Id");

async function readFailure(response: Response): Promise<Failure> {
  const text = await response.text().catch(() => "");
  try {
    const { error } = JSON.parse(text) as ApiError;
    return new Failure(response.status, error.code, error.message, error.requestId || requestIdOf(response));
  } catch {
    // a proxy's own page: its text is of no use to the reader
    return new Failure(response.status, "unreadable", `The server answered ${response.status}`, requestIdOf(response));
  }
}
