import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { routes } from "@/app/router";
import { network, open, refusal, SIGNED_IN } from "@/test/render";

const AT = "2026-01-01T00:00:00Z";
const session = (id: string, current: boolean) => ({ id, userAgent: "", createdAt: AT, lastSeenAt: AT, current });
const answers = {
  "GET /app/session": SIGNED_IN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  "GET /app/keys": { keys: [] },
  "GET /app/sessions": { sessions: [session("s1", true), session("s2", false)] },
  "GET /app/alert-preferences": { byMail: true, leastSeverity: "INFO", mailConfigured: true },
};

it("a person changes what they are called, and only that is sent", async () => {
  const sent = network({ ...answers, "PATCH /app/profile": undefined });
  open(routes, "/settings");
  const name = await screen.findByLabelText("Name");
  await userEvent.clear(name);
  await userEvent.type(name, "Ada King");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Profile saved.")).toBeTruthy();
  expect(sent.find(({ call }) => call === "PATCH /app/profile")?.body).toEqual({ name: "Ada King" });
});

it("an address that is taken is told, and stays in its field", async () => {
  network({ ...answers, "PATCH /app/profile": () => refusal(409, "bob@example.com belongs to another account") });
  open(routes, "/settings");
  const email = await screen.findByLabelText<HTMLInputElement>("E-mail");
  await userEvent.clear(email);
  await userEvent.type(email, "bob@example.com");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/belongs to another account/)).toBeTruthy();
  expect(email.value).toBe("bob@example.com");
});

it("all other browsers are signed out after a question", async () => {
  const sent = network({ ...answers, "DELETE /app/sessions": undefined });
  open(routes, "/settings");
  await userEvent.click(await screen.findByRole("button", { name: "Sign out everywhere else" }));
  const dialog = await screen.findByRole("dialog", { name: "Sign out everywhere else?" });
  expect(sent.some(({ call }) => call === "DELETE /app/sessions")).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Sign out everywhere else" }));
  await waitFor(() => expect(sent.some(({ call }) => call === "DELETE /app/sessions")).toBe(true));
});

it("what comes by mail is chosen at once", async () => {
  const sent = network({
    ...answers,
    "PATCH /app/alert-preferences": { byMail: true, leastSeverity: "ERROR", mailConfigured: true },
  });
  open(routes, "/settings");
  const least = await screen.findByLabelText<HTMLSelectElement>("From this severity on");
  await userEvent.selectOptions(least, "ERROR");
  await waitFor(() => expect(least.value).toBe("ERROR"));
  expect(sent.find(({ call }) => call === "PATCH /app/alert-preferences")?.body).toEqual({ leastSeverity: "ERROR" });
});

it("who writes to a team chooses where runs go that name no entity", async () => {
  const user = {
    ...SIGNED_IN.user,
    entities: [...(SIGNED_IN.user?.entities ?? []), { name: "lab", kind: "team", role: "member" }],
  };
  const sent = network({
    ...answers,
    "GET /app/session": { ...SIGNED_IN, user },
    "PATCH /app/profile": undefined,
  });
  open(routes, "/settings");
  await userEvent.selectOptions(await screen.findByLabelText("Runs go to"), "lab");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Profile saved.")).toBeTruthy();
  expect(sent.find(({ call }) => call === "PATCH /app/profile")?.body).toEqual({ entity: "lab" });
});
