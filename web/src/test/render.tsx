/** Shows parts of the app in a test: a fresh cache, a router in memory, and a network that answers as told. */
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, MemoryRouter, type RouteObject, RouterProvider } from "react-router";
import { vi } from "vitest";
import type { Session } from "@/api/contract";
import { createQueryClient } from "@/app/query-client";
import { Toasts } from "@/ui/toast";

export const SIGNED_OUT: Session = {
  user: null,
  csrfToken: "",
  setupRequired: false,
  signupOpen: false,
  signOn: null,
  passwords: true,
  publicProjects: false,
  version: "0.0.0",
  publicUrl: "http://host:8080",
  authority: "",
  banners: [],
};
export const SIGNED_IN: Session = {
  ...SIGNED_OUT,
  csrfToken: "token",
  user: {
    id: "1",
    username: "ada",
    name: "Ada",
    email: "ada@example.com",
    admin: true,
    entity: "ada",
    entities: [{ name: "ada", kind: "user", role: "admin" }],
  },
};

export interface Sent {
  call: string;
  body: unknown;
}
type Answer = unknown | ((body: unknown) => unknown);

/** `answers` maps "GET /app/home" to a body, a function of the request's body, or a Response. Returns what was sent. */
export function network(answers: Record<string, Answer>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const call = `${init.method} ${path}`;
    const body: unknown = init.body ? JSON.parse(String(init.body)) : undefined;
    sent.push({ call, body });
    if (!(call in answers)) return refusal(404, `nothing answers ${call}`);
    const answer = answers[call];
    const value = typeof answer === "function" ? answer(body) : answer;
    return value instanceof Response ? value : new Response(value === undefined ? null : JSON.stringify(value));
  });
  return sent;
}

export const refusal = (status: number, message: string): Response =>
  new Response(JSON.stringify({ error: { code: "refused", message, requestId: "req-1" } }), { status });

/** Shows one part. */
export const show = (part: ReactNode) =>
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MemoryRouter>{part}</MemoryRouter>
      <Toasts />
    </QueryClientProvider>,
  );

/** Opens an address of the given routes; `router.state.location` tells where it led. */
export function open(routes: RouteObject[], address: string) {
  const router = createMemoryRouter(routes, { initialEntries: [address] });
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>,
  );
  return router;
}
