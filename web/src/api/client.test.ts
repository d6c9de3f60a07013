import { beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "@/lib/failure";
import { appPath, get, onSignedOut, post, rememberCsrfToken, remove } from "./client";

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
let sent: { path: string; init: RequestInit }[] = [];

/** Stands in for the network: answers in order and records what was sent. */
function answers(...list: Answer[]): void {
  const left = [...list];
  sent = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    sent.push({ path, init });
    const { status = 200, body, headers } = left.shift() ?? { status: 500 };
    const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status, headers: headers ?? {} });
  });
}
const headerOf = (index: number, name: string) => new Headers(sent[index]?.init.headers).get(name);
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error as Failure,
  );

beforeEach(() => rememberCsrfToken("token-1"));

describe("requests", () => {
  it("read JSON", async () => {
    answers({ body: { total: 3 } });
    expect(await get("/app/home")).toEqual({ total: 3 });
  });

  it("carry the CSRF token only on unsafe methods", async () => {
    answers({ body: {} }, { body: {} });
    await get("/app/home");
    await post("/app/keys", { name: "laptop" });
    expect(headerOf(0, "X-CSRF-Token")).toBeNull();
    expect(headerOf(1, "X-CSRF-Token")).toBe("token-1");
    expect(sent[1]?.init.body).toBe('{"name":"laptop"}');
  });

  it("take an empty answer for undefined", async () => {
    answers({ status: 204 });
    expect(await remove("/app/keys/1")).toBeUndefined();
  });

  it("fetch a new token once when the old one is refused", async () => {
    answers(
      {
        status: 403,
        body: {
          error: { code: "denied", message: "the request lacks its CSRF token; reload the page", requestId: "r" },
        },
      },
      { body: { user: null, csrfToken: "token-2" } },
      { body: { id: "k" } },
    );
    expect(await post("/app/keys", { name: "x" })).toEqual({ id: "k" });
    expect(sent.map((one) => one.path)).toEqual(["/app/keys", "/app/session", "/app/keys"]);
    expect(headerOf(2, "X-CSRF-Token")).toBe("token-2");
  });

  it("quote path segments", () => expect(appPath("projects", "a/b", "c d")).toBe("/app/projects/a%2Fb/c%20d"));
});

describe("failures", () => {
  it("carry the server's words and the request id", async () => {
    answers({ status: 409, body: { error: { code: "exists", message: "name is taken", requestId: "req-9" } } });
    const failure = await failureOf(post("/app/entities/me/projects", {}));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ status: 409, code: "exists", message: "name is taken", requestId: "req-9" });
  });

  it("survive a proxy's own page", async () => {
    answers({ status: 502, body: "<html>bad gateway</html>", headers: { "X-Request-Id": "edge-1" } });
    expect(await failureOf(get("/app/home"))).toMatchObject({ status: 502, code: "unreadable", requestId: "edge-1" });
  });

  it("have status 0 when nothing answered", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
    expect(await failureOf(get("/app/home"))).toMatchObject({ status: 0, code: "unreachable" });
  });

  it("tell the app about a 401", async () => {
    answers({ status: 401, body: { error: { code: "unauthenticated", message: "sign in", requestId: "r" } } });
    const heard = vi.fn();
    const off = onSignedOut(heard);
    await failureOf(get("/app/home"));
    off();
    expect(heard).toHaveBeenCalledOnce();
  });

  it("leave an aborted request to its owner", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new DOMException("stopped", "AbortError")));
    expect(await failureOf(get("/app/home"))).toBeInstanceOf(DOMException);
  });
});
