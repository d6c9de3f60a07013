export const shell = {
  notFound: {
    title: "Page not found",
    text: "Nothing lives at this address, or it is not yours to see.",
    home: "Go to home",
  },
  skip: "Skip to content",
  nav: {
    project: "Project pages",
    overview: "Overview",
    workspace: "Workspace",
    runs: "Runs",
    sweeps: "Sweeps",
    artifacts: "Artifacts",
  },
} as const;
