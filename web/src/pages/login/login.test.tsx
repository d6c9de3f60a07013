import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { network, open, refusal, SIGNED_IN, SIGNED_OUT } from "@/test/render";
import LoginPage from ".";

const routes = [
  { path: "/login", Component: LoginPage },
  { path: "*", element: <p>inside</p> },
];

async function signIn(): Promise<void> {
  await userEvent.type(await screen.findByLabelText("User name or e-mail"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), "correct horse");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

it("signs in and goes on to where the reader wanted to be", async () => {
  let session = SIGNED_OUT;
  const sent = network({
    "GET /app/session": () => session,
    "POST /app/session": () => {
      session = SIGNED_IN;
    },
  });
  const router = open(routes, "/login?next=%2Fme%2Fproject");
  await signIn();
  await waitFor(() => expect(router.state.location.pathname).toBe("/me/project"));
  expect(sent.find(({ call }) => call === "POST /app/session")?.body).toEqual({
    login: "ada",
    password: "correct horse",
  });
});

it("says that the password is wrong and keeps the form", async () => {
  network({
    "GET /app/session": SIGNED_OUT,
    "POST /app/session": () => refusal(401, "the name or the password is wrong"),
  });
  open(routes, "/login");
  await signIn();
  expect(await screen.findByText("The name or the password is wrong.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("User name or e-mail").value).toBe("ada");
});

it("offers the identity provider, which leads back to where the reader wanted to be", async () => {
  network({ "GET /app/session": { ...SIGNED_OUT, signOn: { label: "Example ID" } } });
  open(routes, "/login?next=%2Fauthorize%3Fref%3Dmodels");
  const link = await screen.findByRole("link", { name: "Sign in with Example ID" });
  expect(link.getAttribute("href")).toBe("/oidc/login?next=%2Fauthorize%3Fref%3Dmodels");
  expect(screen.getByLabelText("Password")).toBeTruthy();
});

it("asks for no password where nobody signs in by one", async () => {
  network({ "GET /app/session": { ...SIGNED_OUT, signOn: { label: "SSO" }, passwords: false } });
  open(routes, "/login?next=%2F%2Fevil.test");
  const link = await screen.findByRole("link", { name: "Sign in with SSO" });
  expect(link.getAttribute("href")).toBe("/oidc/login?next=%2Fhome");
  expect(screen.queryByLabelText("Password")).toBeNull();
});
