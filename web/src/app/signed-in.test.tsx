import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Session } from "@/api/contract";
import { useSession } from "@/domains/accounts/session";
import LoginPage from "@/pages/login";
import { network, open, refusal, SIGNED_IN, SIGNED_OUT } from "@/test/render";
import { routes as appRoutes } from "./router";
import { MayLook, SignedIn } from "./signed-in";

const routes = [
  { path: "/login", Component: LoginPage },
  { path: "/signup", element: <p>sign-up page</p> },
  { element: <SignedIn />, children: [{ path: "*", element: <p>inside</p> }] },
];
const where = (router: ReturnType<typeof open>) => router.state.location.pathname + router.state.location.search;

describe("the sign-in guard", () => {
  it("lets a signed-in user through", async () => {
    network({ "GET /app/session": SIGNED_IN });
    open(routes, "/me/project");
    expect(await screen.findByText("inside")).toBeTruthy();
  });

  it("keeps the whole address for after the sign-in", async () => {
    network({ "GET /app/session": SIGNED_OUT });
    const router = open(routes, "/me/project?nw=view#L3");
    await waitFor(() => expect(where(router)).toBe(`/login?next=${encodeURIComponent("/me/project?nw=view#L3")}`));
  });

  it("leads the client's link for new users to sign-up, where that is open", async () => {
    network({ "GET /app/session": { ...SIGNED_OUT, signupOpen: true } });
    const router = open(routes, "/authorize?signup=true");
    await waitFor(() => expect(where(router)).toBe(`/signup?next=${encodeURIComponent("/authorize?signup=true")}`));
  });

  it("says why when the server refuses", async () => {
    network({ "GET /app/session": () => refusal(400, "host is not known") });
    open(routes, "/home");
    expect(await screen.findByText("Host is not known.")).toBeTruthy();
    expect(screen.getByText("Request req-1")).toBeTruthy();
  });
});

describe("where public projects are shown to everybody", () => {
  const VISITOR = { ...SIGNED_OUT, publicProjects: true };
  const PROJECT = { entity: "ada", name: "digits", description: "A net.", visibility: "public", createdBy: "ada" };
  const figures = { runCount: 3, runningCount: 0, computeSeconds: 0, storageBytes: 2048 };
  const dates = { createdAt: "2026-01-01T00:00:00Z", lastActiveAt: "2026-01-02T00:00:00Z" };
  const project = { ...PROJECT, ...figures, ...dates, canWrite: false, canManage: false };

  beforeEach(() => {
    Object.assign(globalThis, { EventSource: QuietSource });
  });

  it("a visitor reads a project, and nothing that needs an account is offered or asked for", async () => {
    const sent = network({ "GET /app/session": VISITOR, "GET /app/projects/ada/digits": project });
    open(appRoutes, "/ada/digits/overview");
    expect(await screen.findByText("A net.")).toBeTruthy();
    const signIn = screen.getByRole("link", { name: "Sign in" });
    expect(signIn.getAttribute("href")).toBe(`/login?next=${encodeURIComponent("/ada/digits/overview")}`);
    for (const name of ["Search", /^Switch/, /Account/]) expect(screen.queryByRole("button", { name })).toBeNull();
    for (const name of ["ada", "Open trash"]) expect(screen.queryByRole("link", { name })).toBeNull();
    expect(sent.map(({ call }) => call)).toEqual(["GET /app/session", "GET /app/projects/ada/digits"]);
  });

  it("a project that is not theirs to see looks absent, with a way to sign in", async () => {
    network({ "GET /app/session": VISITOR, "GET /app/projects/ada/secret": () => refusal(404, "not found") });
    open(appRoutes, "/ada/secret");
    expect(await screen.findByText("Page not found")).toBeTruthy();
    expect(screen.getAllByRole("link", { name: "Sign in" }).length).toBeGreaterThan(0);
  });

  it.each(["/home", "/ada", "/ada/digits/trash", "/settings"])("%s asks for a sign-in", async (address) => {
    network({ "GET /app/session": VISITOR, "GET /app/projects/ada/digits": project });
    const router = open(appRoutes, address);
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
  });

  it("whoever was signed in until now is asked to sign in again", async () => {
    let session: Session = { ...SIGNED_IN, publicProjects: true };
    network({ "GET /app/session": () => session });
    const guarded = [
      { path: "/login", Component: LoginPage },
      { element: <MayLook />, children: [inside] },
    ];
    const router = open(guarded, "/ada/digits");
    expect(await screen.findByText("inside")).toBeTruthy();
    session = VISITOR;
    await userEvent.click(screen.getByRole("button", { name: "ask again" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
  });
});

function Inside() {
  const { refetch } = useSession();
  return (
    <>
      <p>inside</p>
      <button type="button" onClick={() => void refetch()}>
        ask again
      </button>
    </>
  );
}
const inside = { path: "*", element: <Inside /> };

class QuietSource extends EventTarget {
  static readonly CONNECTING = 0;
  close(): void {}
}

describe("the sign-in page", () => {
  it.each([
    ["/login?next=%2Fme%2Fproject", "/me/project"],
    ["/login?next=https%3A%2F%2Felsewhere.example", "/home"],
    ["/login?next=%2F%2Felsewhere.example", "/home"],
    ["/login", "/home"],
  ])("sends a signed-in user from %s to %s", async (from, to) => {
    network({ "GET /app/session": SIGNED_IN });
    const router = open(routes, from);
    await waitFor(() => expect(where(router)).toBe(to));
  });

  it("points to the one-time link while no account exists", async () => {
    network({ "GET /app/session": { ...SIGNED_OUT, setupRequired: true } });
    open(routes, "/login");
    expect(await screen.findByText("This server is not set up yet")).toBeTruthy();
    expect(screen.queryByLabelText("Password")).toBeNull();
  });
});
