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
