/** How scripts and commands name a version. Pure. */
import type { ArtifactDetail } from "@/api/contract";

type Named = Pick<ArtifactDetail, "entity" | "project" | "collection" | "version" | "type">;

/** "entity/project/collection:v3" */
export const fullName = ({ entity, project, collection, version }: Named): string =>
  `${entity}/${project}/${collection}:${version}`;

/** Takes it into a run, which lineage then shows. */
export const runSnippet = (version: Named): string =>
  [
    "import wandb",
    "",
    `with wandb.init(project=${JSON.stringify(version.project)}) as run:`,
    `    artifact = run.use_artifact(${JSON.stringify(fullName(version))}, type=${JSON.stringify(version.type)})`,
    "    folder = artifact.download()",
  ].join("\n");

export const apiSnippet = (version: Named): string =>
  [
    "import wandb",
    "",
    `artifact = wandb.Api().artifact(${JSON.stringify(fullName(version))})`,
    "folder = artifact.download()",
  ].join("\n");

export const fileSnippet = (version: Named, path: string): string =>
  [
    "import wandb",
    "",
    `artifact = wandb.Api().artifact(${JSON.stringify(fullName(version))})`,
    `path = artifact.get_entry(${JSON.stringify(path)}).download()`,
  ].join("\n");

/** For a POSIX shell: quoted where a name needs it. */
export const getCommand = (version: Named): string => `wandb artifact get ${shellWord(fullName(version))}`;

export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
