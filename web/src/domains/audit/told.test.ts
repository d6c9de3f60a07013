import { expect, it } from "vitest";
import { detailOf, subjectOf } from "./told";

const LINE = { id: 1, timestamp: "2025-01-01T00:00:00Z", action: "team:invite_user", response_code: 200 };

it("names the narrowest thing and the account", () => {
  expect(subjectOf({ ...LINE, entity_name: "lab", username: "ada" })).toBe("ada · lab");
  expect(subjectOf({ ...LINE, entity_name: "lab", project_name: "demo", run_name: "r1" })).toBe("lab/demo/r1");
  expect(
    subjectOf({ ...LINE, entity_name: "lab", project_name: "demo", artifact_qualified_name: "lab/demo/data:v0" }),
  ).toBe("lab/demo/data:v0");
  expect(subjectOf(LINE)).toBe("");
});

it("says the rest in words", () => {
  expect(detailOf({ ...LINE, detail: { role: "viewer", admin: false, names: ["a", "b"] } })).toBe(
    "role: viewer, names: a, b",
  );
  expect(detailOf({ ...LINE, detail: { visibility: ["team", "restricted"] } })).toBe("visibility: team → restricted");
  expect(detailOf(LINE)).toBe("");
});
