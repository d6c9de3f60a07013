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
  "GET /app/entities/ada/slack": { configured: false, connection: null },
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

const CHANNEL = {
  workspace: "Lab",
  channel: "#alerts",
  connectedAt: AT,
  by: "ada",
  goneAt: null,
  failingSince: null,
  error: null,
};

it("without a Slack app there is no word of Slack", async () => {
  network(answers);
  open(routes, "/settings");
  await screen.findByLabelText("From this severity on");
  expect(screen.queryByText(/Slack/)).toBeNull();
});

it("connecting Slack asks the server where to approve a channel", async () => {
  const sent = network({
    ...answers,
    "GET /app/entities/ada/slack": { configured: true, connection: null },
    "POST /app/entities/ada/slack": { url: "#approve" },
  });
  open(routes, "/settings");
  await userEvent.click(await screen.findByRole("button", { name: "Connect Slack" }));
  await waitFor(() => expect(sent.some(({ call }) => call === "POST /app/entities/ada/slack")).toBe(true));
});

it("a channel that Slack has no more is told, and a channel is disconnected after a question", async () => {
  const gone = { ...CHANNEL, goneAt: AT, failingSince: AT, error: "Slack answers 410: channel_is_archived" };
  const sent = network({
    ...answers,
    "GET /app/alert-preferences": { byMail: true, leastSeverity: "INFO", mailConfigured: false },
    "GET /app/entities/ada/slack": { configured: true, connection: gone },
    "DELETE /app/entities/ada/slack": undefined,
  });
  open(routes, "/settings");
  expect(await screen.findByText(/channel_is_archived/)).toBeTruthy();
  expect(screen.getByText("disconnected")).toBeTruthy();
  expect(screen.getByLabelText<HTMLSelectElement>("From this severity on").disabled).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Disconnect" }));
  const dialog = await screen.findByRole("dialog", { name: "Disconnect #alerts?" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Disconnect" }));
  await waitFor(() => expect(sent.some(({ call }) => call === "DELETE /app/entities/ada/slack")).toBe(true));
});
