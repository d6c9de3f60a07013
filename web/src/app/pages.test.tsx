import { screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { beforeEach, describe, expect, it } from "vitest";
import type { EntityPage, Home, Project, Registries } from "@/api/contract";
import { network, open, SIGNED_IN } from "@/test/render";
import { routes } from "./router";

const PROJECT: Project = {
  entity: "ada",
  name: "digits",
  description: "A **small** net.",
  visibility: "private",
  createdAt: "2026-01-01T00:00:00Z",
  createdBy: "ada",
  lastActiveAt: "2026-01-02T00:00:00Z",
  runCount: 12,
  runningCount: 1,
  computeSeconds: 3600,
  storageBytes: 2048,
  canWrite: true,
  canManage: true,
};
const ENTITY: EntityPage = { entity: { name: "ada", kind: "user", role: "admin" }, projects: [PROJECT] };
const HOME: Home = { entities: [ENTITY.entity], projects: [PROJECT], runs: [] };

const REGISTRIES: Registries = {
  organizations: ["acme"],
  writable: ["acme"],
  registries: [
    {
      organization: "acme",
      entity: "acme",
      project: "wandb-registry-models",
      name: "models",
      description: "What is **good**.",
      visibility: "private",
      types: ["model"],
      allTypes: false,
      collectionCount: 0,
      namedCount: 2,
      createdAt: PROJECT.createdAt,
      updatedAt: PROJECT.createdAt,
      canWrite: true,
      canManage: true,
    },
  ],
};

class QuietSource extends EventTarget {
  static readonly CONNECTING = 0;
  close(): void {}
}

beforeEach(() => {
  Object.assign(globalThis, { EventSource: QuietSource });
  network({
    "GET /app/session": SIGNED_IN,
    "GET /app/home": HOME,
    "GET /app/entities/ada": ENTITY,
    "GET /app/projects/ada/digits": PROJECT,
    "GET /app/registries": REGISTRIES,
    "GET /app/projects/acme/wandb-registry-models/artifacts": { types: [] },
    "GET /app/projects/acme/wandb-registry-models/members": {
      members: [{ username: "ada", name: "Ada", role: "admin" }],
      teams: [{ team: "vision", role: "member" }],
    },
    "GET /app/keys": {
      keys: [
        {
          id: "k",
          name: "laptop",
          hint: "local-1…2",
          createdAt: PROJECT.createdAt,
          lastUsedAt: null,
          rights: "all",
          projects: null,
          expiresAt: null,
          networks: [],
        },
      ],
    },
    "GET /app/sessions": {
      sessions: [
        { id: "s", userAgent: "", createdAt: PROJECT.createdAt, lastSeenAt: PROJECT.createdAt, current: true },
      ],
    },
  });
});

/** Colours and sizes need a real browser; names, roles and structure do not. */
async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

describe.each([
  ["/home", "Log your first run"],
  ["/settings", "Change password"],
  ["/ada", "All of them in a list"],
  ["/ada/projects", "1 project"],
  ["/ada/digits/overview", "Project settings"],
  ["/registry", "What is good."],
  ["/orgs/acme/registry/models", "Nothing is linked here yet"],
  ["/orgs/acme/registry/models?tab=people", "vision"],
  ["/orgs/acme/registry/models?tab=settings", "Delete registry"],
  ["/orgs/acme/registry/none", "Page not found"],
  ["/nobody/nothing", "Page not found"],
])("the page at %s", (address, words) => {
  it("shows what it is for, and is readable by assistive tools", async () => {
    open(routes, address);
    expect(await screen.findByText(words)).toBeTruthy();
    await expectAccessible();
  });
});

describe("addresses", () => {
  it.each([
    ["/", "/home"],
    ["/profile", "/ada"],
    ["/ada/digits/runs?page=2", "/ada/digits/table?page=2"],
    ["/ada/digits/k3x9a2?nw=v#L3", "/ada/digits/runs/k3x9a2?nw=v#L3"],
    ["/ada/digits/jobs", "/ada/digits/artifacts/job"],
  ])("%s leads to %s", async (from, to) => {
    const router = open(routes, from);
    await waitFor(() => {
      const { pathname, search, hash } = router.state.location;
      expect(pathname + search + hash).toBe(to);
    });
  });

  it("that are pages of other versions are not taken for runs", async () => {
    open(routes, "/ada/digits/automations");
    expect(await screen.findByText("Page not found")).toBeTruthy();
  });
});
