/** Which folder may know which: app → pages → domains → panels → chart → lib, with ui and api beneath domains and panels. */
const only = (from, allowed, comment) => ({
  name: `${from}-direction`,
  comment,
  severity: "error",
  from: { path: `^src/${from}/`, pathNot: "\\.test\\.tsx?$" },
  to: { path: "^src/", pathNot: `^src/(${[from, ...allowed].join("|")})/` },
});

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "a cycle hides which part is lower",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    only(
      "pages",
      ["domains", "panels", "chart", "worker", "api", "ui", "strings", "lib"],
      "a page composes; it never knows the router or the shell",
    ),
    only("domains", ["panels", "chart", "worker", "api", "ui", "strings", "lib"], "a domain never knows a page"),
    only("panels", ["chart", "worker", "api", "ui", "strings", "lib"], "a panel never knows the domain that shows it"),
    only("chart", ["lib"], "the chart engine knows neither React nor the network"),
    only("worker", ["chart", "lib"], "work off the main thread is pure"),
    only("ui", ["strings", "lib"], "the design system never fetches"),
    only("api", ["lib"], "the client knows nobody above it"),
    only("strings", [], "the catalogue is data"),
    only("lib", [], "pure helpers import nothing of ours"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
