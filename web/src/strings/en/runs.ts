export const runs = {
  name: "Name",
  state: "State",
  project: "Project",
  duration: "Duration",
  created: "Created",
} as const;
