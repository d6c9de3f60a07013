import { expect, it } from "vitest";
import { fileSnippet, getCommand, runSnippet, shellWord } from "./names";

const version = { entity: "ada", project: "p", collection: "my data", version: "v3", type: 'a "b"' };

it("writes names as Python strings, whatever they hold", () => {
  expect(runSnippet(version)).toContain('run.use_artifact("ada/p/my data:v3", type="a \\"b\\"")');
  expect(fileSnippet(version, "a/b.txt")).toContain('get_entry("a/b.txt")');
});

it("quotes for a shell what a shell would read otherwise", () => {
  expect(getCommand({ ...version, collection: "data" })).toBe("wandb artifact get ada/p/data:v3");
  expect(getCommand(version)).toBe("wandb artifact get 'ada/p/my data:v3'");
  expect(shellWord("it's; rm -rf $HOME")).toBe(`'it'\\''s; rm -rf $HOME'`);
});
