import { expect, it } from "vitest";
import { artifactPath } from "@/lib/paths";
import { readAddress } from "./address";

it("reads back what artifactPath writes, whatever the names hold", () => {
  const names = ["run table/x", "a+b %c", "v1", "files", "data", "50% + é.txt"];
  const { type, collection, version, tab, path } = readAddress(artifactPath("ada", "my project", ...names));
  expect([type, collection, version, tab, path]).toEqual(["run table/x", "a+b %c", "v1", "files", "data/50% + é.txt"]);
});

it("reads a plus in a name as a space, as some printed links have it", () => {
  expect(readAddress("/ada/p/artifacts/run+table/x").type).toBe("run table");
});

it("names nothing beyond the end of the address, and begins with the overview", () => {
  expect(readAddress("/ada/p/artifacts/")).toEqual({
    type: null,
    collection: null,
    version: null,
    tab: "overview",
    path: "",
  });
});

it("takes lineage for usage, knows no other tab, and keeps a stray percent sign", () => {
  expect(readAddress("/ada/p/artifacts/t/c/v0/lineage").tab).toBe("usage");
  expect(readAddress("/ada/p/artifacts/t/c/v0/nothing").tab).toBeNull();
  expect(readAddress("/ada/p/artifacts/t/100%/v0").collection).toBe("100%");
});
