/** The app's addresses, written and read in one place. Names are quoted whole, so that "a/b" stays one segment. */

const quote = encodeURIComponent;
// run ids keep = + & $ @ in the links that the client prints
const quoteRun = (id: string): string => quote(id).replace(/%(3D|2B|26|24|40)/g, (hex) => decodeURIComponent(hex));

export const entityPath = (entity: string): string => `/${quote(entity)}`;
export const teamPath = (team: string): string => `/teams/${quote(team)}`;
export const teamPartPath = (team: string, part: string): string => teamPath(team) + (part && `/${part}`);
export const organizationPath = (organization: string, part = ""): string =>
  `/orgs/${quote(organization)}${part && `/${part}`}`;
export const entityProjectsPath = (entity: string): string => `/${quote(entity)}/projects`;
export const entityStoragePath = (entity: string): string => `/settings/storage/${quote(entity)}`;
export const ADMIN_PATH = "/admin";
export const adminPath = (part: string): string => `${ADMIN_PATH}/${part}`;
export const REGISTRIES_PATH = "/registry";
export const registryPath = (organization: string, name: string): string =>
  `/orgs/${quote(organization)}/registry/${quote(name)}`;
const REGISTRY_PREFIX = "wandb-registry-";
export const registryProject = (name: string): string => REGISTRY_PREFIX + name;
/** The name of the registry that a project is; null for other projects. */
export const registryName = (project: string): string | null =>
  project.startsWith(REGISTRY_PREFIX) ? project.slice(REGISTRY_PREFIX.length) : null;
export const projectPath = (entity: string, project: string, page = ""): string =>
  `/${quote(entity)}/${quote(project)}${page && `/${page}`}`;
export const runPath = (entity: string, project: string, run: string, tab = ""): string =>
  `${projectPath(entity, project, "runs")}/${quoteRun(run)}${tab && `/${tab}`}`;
export const sweepPath = (entity: string, project: string, sweep: string): string =>
  `${projectPath(entity, project, "sweeps")}/${quote(sweep)}`;
export const reportPath = (entity: string, project: string, slug: string): string =>
  `${projectPath(entity, project, "reports")}/${quote(slug)}`;
export const artifactPath = (entity: string, project: string, ...names: string[]): string =>
  [projectPath(entity, project, "artifacts"), ...names.map(quote)].join("/");

/** Names in links may carry `+` for a space; run ids may not, since `+` is a letter of theirs. */
export const readName = (segment: string | undefined): string => (segment ?? "").replaceAll("+", " ");

/**
 * Where to go after signing in: a path of this origin, or `/home`.
 * Refuses other origins, `//host`, backslashes (browsers read them as slashes) and control characters.
 */
export function safeNext(next: string | null, fallback = "/home"): string {
  if (!next?.startsWith("/") || next.startsWith("//")) return fallback;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop tabs and newlines, which would let "/\t/host" through
  if (/[\\\u0000-\u001f]/.test(next)) return fallback;
  return next;
}

/** The sign-in page that comes back to `here` (path with query and hash). */
export const loginPath = (here: string): string => (here === "/" ? "/login" : `/login?next=${quote(here)}`);

/** Second segments of a project address that are pages, so no run of that id is meant by `/:entity/:project/:run`. */
export const RESERVED_PROJECT_PAGES: ReadonlySet<string> = new Set(
  "workspace table overview runs groups sweeps reports reportlist artifacts jobs automations settings registry trash storage".split(
    " ",
  ),
);

/** Where the browser itself, not the app, is led to the identity provider and back to `next`. */
export const signOnPath = (next: string): string => `/oidc/login?next=${quote(next)}`;
