import { expect, it } from "vitest";
import { artifactPath } from "@/lib/paths";
import { filePath, otherName, readAddress, readOther } from "./address";

it("reads back what artifactPath writes, whatever the names hold", () => {
  const names = ["run table/x", "a+b %c", "v1", "files"];
  const address = `${artifactPath("ada", "my project", ...names)}/${filePath("data/50% + é.txt")}`;
  const { type, collection, version, tab, path } = readAddress(address);
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

it("knows its tabs and no other, and keeps a stray percent sign", () => {
  expect(readAddress("/ada/p/artifacts/t/c/v0/lineage").tab).toBe("lineage");
  expect(readAddress("/ada/p/artifacts/t/c/v0/nothing").tab).toBeNull();
  expect(readAddress("/ada/p/artifacts/t/100%/v0").collection).toBe("100%");
});

it("names the version to compare with, in short for one of the same collection", () => {
  const here = { type: "dataset", collection: "digits" };
  expect(otherName(here, { ...here, version: "v2" })).toBe("v2");
  const far = { type: "dataset", collection: "raw", version: "latest" };
  expect(otherName(here, far)).toBe("dataset/raw/latest");
  expect(readOther(here, "v2")).toEqual({ ...here, version: "v2" });
  expect(readOther(here, "dataset/raw/latest")).toEqual(far);
  expect([readOther(here, ""), readOther(here, "a/b"), readOther(here, "a//b")]).toEqual([null, null, null]);
});
