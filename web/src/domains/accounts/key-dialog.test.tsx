import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { NewApiKey } from "@/api/contract";
import { network, refusal, SIGNED_IN, show } from "@/test/render";
import { CreateKeyButton } from "./key-dialog";

const SECRET = `local-${"0a1b2c3d".repeat(5)}`;
const made = (name: string): NewApiKey => ({
  id: "k1",
  name,
  hint: "local-0a…2c3d",
  createdAt: "2026-01-01T00:00:00Z",
  lastUsedAt: null,
  rights: "all",
  projects: null,
  expiresAt: null,
  networks: [],
  secret: SECRET,
});

async function createKey(name: string): Promise<void> {
  await userEvent.click(screen.getByRole("button", { name: "Create key" }));
  await userEvent.type(await screen.findByLabelText("Name"), name);
  await userEvent.click(screen.getAllByRole("button", { name: "Create key" }).at(-1) as HTMLElement);
}

describe("the key dialog", () => {
  it("shows the secret once, with the command that uses it", async () => {
    const sent = network({
      "GET /app/session": SIGNED_IN,
      "POST /app/keys": (body: unknown) => made((body as { name: string }).name),
    });
    show(<CreateKeyButton />);
    await createKey("laptop");
    expect(await screen.findByText(SECRET)).toBeTruthy();
    expect(sent.find(({ call }) => call === "POST /app/keys")?.body).toEqual({ name: "laptop" });
    await userEvent.click(screen.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Create key" }));
    expect(await screen.findByLabelText("Name")).toBeTruthy();
    expect(screen.queryByText(SECRET)).toBeNull();
  });

  it("sends the bounds that were chosen", async () => {
    const sent = network({ "GET /app/session": SIGNED_IN, "POST /app/keys": made("ci") });
    show(<CreateKeyButton />);
    await userEvent.click(screen.getByRole("button", { name: "Create key" }));
    await userEvent.selectOptions(await screen.findByLabelText("May"), "read");
    await userEvent.selectOptions(screen.getByLabelText("Good for"), "30");
    await userEvent.type(screen.getByLabelText("Only in these projects"), "team/a, team/b");
    await userEvent.type(screen.getByLabelText("Only from these addresses"), "10.0.0.0/8");
    await userEvent.type(screen.getByLabelText("Name"), "ci");
    await userEvent.click(screen.getAllByRole("button", { name: "Create key" }).at(-1) as HTMLElement);
    expect(await screen.findByText(SECRET)).toBeTruthy();
    expect(sent.find(({ call }) => call === "POST /app/keys")?.body).toEqual({
      name: "ci",
      rights: "read",
      days: 30,
      projects: ["team/a", "team/b"],
      networks: ["10.0.0.0/8"],
    });
  });

  it("copies the key", async () => {
    network({ "GET /app/session": SIGNED_IN, "POST /app/keys": made("x") });
    const user = userEvent.setup();
    show(<CreateKeyButton />);
    await createKey("x");
    await user.click(await screen.findByRole("button", { name: "Copy key" }));
    expect(await navigator.clipboard.readText()).toBe(SECRET);
    expect(await screen.findByRole("button", { name: "Copied" })).toBeTruthy();
  });

  it("says why no key was made and keeps the name", async () => {
    network({ "GET /app/session": SIGNED_IN, "POST /app/keys": () => refusal(422, "the name is taken") });
    show(<CreateKeyButton />);
    await createKey("laptop");
    expect(await screen.findByText("The name is taken.")).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("laptop");
  });
});
