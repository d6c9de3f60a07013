import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import LoginPage from "@/pages/login";
import { network, open, refusal, SIGNED_IN, SIGNED_OUT } from "@/test/render";
import { SignedIn } from "./signed-in";

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
