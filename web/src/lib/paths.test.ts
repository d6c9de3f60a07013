import { describe, expect, it } from "vitest";
import { artifactPath, loginPath, projectPath, readName, runPath, safeNext } from "./paths";

describe("addresses", () => {
  it("quote each name whole", () => expect(projectPath("a/b", "c d", "table")).toBe("/a%2Fb/c%20d/table"));
  it("leave = + & $ @ of run ids as the client prints them", () =>
    expect(runPath("me", "p", "a=b+c&d$e@f g")).toBe("/me/p/runs/a=b+c&d$e@f%20g"));
  it("append a tab", () => expect(runPath("me", "p", "r1", "logs")).toBe("/me/p/runs/r1/logs"));
  it("reach into artifacts", () =>
    expect(artifactPath("me", "p", "model", "my net", "v1")).toBe("/me/p/artifacts/model/my%20net/v1"));
  it("read + as a space in names", () => expect(readName("my+project")).toBe("my project"));
});

describe("safeNext", () => {
  it.each(["/", "/me/p?nw=1#L3", "/authorize?ref=models"])("keeps %s", (next) => expect(safeNext(next)).toBe(next));
  it.each([
    null,
    "",
    "home",
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "/\t/elsewhere.example",
    "javascript:alert(1)",
  ])("refuses %s", (next) => expect(safeNext(next)).toBe("/home"));
  it("comes back out of the sign-in address", () => {
    const here = "/me/p?a=1&b=2#L3";
    expect(new URL(loginPath(here), "http://host").searchParams.get("next")).toBe(here);
  });
});
