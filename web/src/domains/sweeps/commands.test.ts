import { expect, it } from "vitest";
import { agentCommand, controlCommand, createCommand } from "./commands";

it("names the sweep whole, so that the command works in any folder", () => {
  expect(agentCommand("ada", "digits", "k3")).toBe("wandb agent ada/digits/k3");
  expect(controlCommand("pause", "ada", "digits", "k3")).toBe("wandb sweep --pause ada/digits/k3");
});

it("quotes names that a shell would take apart", () => {
  expect(agentCommand("ada", "my $project", "k3")).toBe("wandb agent 'ada/my $project/k3'");
  expect(createCommand("ada", "it's")).toBe("wandb sweep --entity ada --project 'it'\\''s' sweep.yaml");
});
