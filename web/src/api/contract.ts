/**
 * The shapes of the web app's own API, under /app: one file, so that a page and the route that feeds it cannot drift
 * apart. Which route takes and answers which is in routes.ts.
 *
 * All bodies are JSON in camelCase. Times are ISO-8601 UTC strings with `Z`. Unsafe methods carry the header
 * `X-CSRF-Token` (from GET /app/session). Every failure is an `ApiError` with a fitting status: 401 sign in,
 * 403 not allowed, 404 absent (or not yours to see), 409 exists, 422 invalid input.
 * Non-finite numbers travel as the strings "NaN", "Infinity", "-Infinity".
 */
export interface ApiError {
  error: { code: string; message: string; requestId: string };
  /** the same, as clients of GraphQL look for it */ errors: { message: string; extensions: { code: string } }[];
}

// ---- session and account ------------------------------------------------------------------------------------
export interface Session {
  user: SessionUser | null;
  csrfToken: string;
  /** no account exists yet: the page of the one-time link makes the first administrator */
  setupRequired: boolean;
  signupOpen: boolean;
  /** the identity provider, at `/oidc/login?next=…`; null: there is none */
  signOn: { label: string } | null;
  /** people may sign in by a password */
  passwords: boolean;
  /** whoever is not signed in may read public projects */
  publicProjects: boolean;
  version: string;
  publicUrl: string;
  /** certificates (PEM) that clients must trust to reach it; empty: those that every machine trusts are enough */
  authority: string;
  /** what the operator says on top of every page, to whoever is not signed in as well */
  banners: Banner[];
}
/** plain text; `heading` may be empty */
export interface Banner { name: string; type: "info" | "warning" | "error"; heading: string; message: string; dismissable: boolean }
/** `next`: where the session at the identity provider ends as well */
export interface SignedOut { next: string }
export interface SessionUser { id: string; username: string; name: string; email: string; admin: boolean; entity: string; entities: EntityRef[] }
export interface EntityRef { name: string; kind: "user" | "team" | "organization"; role: "admin" | "member" | "viewer" }
export interface SetupInput { token: string; username: string; email: string; password: string }
export interface SignupInput { username: string; email: string; password: string }
export interface PasswordInput { current: string; new: string }
export interface ProfileInput { name?: string; email?: string; /** where runs go that name none */ entity?: string }
export interface AccountLink { username: string | null; team: string | null; email: string; role: EntityRef["role"] | null; customRole: string | null }
export interface FollowInput { token: string; username: string; password: string }
export interface ApiKey {
  id: string; name: string; hint: string; createdAt: string; lastUsedAt: string | null;
  rights: KeyRights;
  /** "entity/project"; null: in all of them */ projects: string[] | null;
  expiresAt: string | null;
  /** such as "10.0.0.0/8"; empty: from everywhere */ networks: string[];
}
export type KeyRights = "all" | "append" | "read";
/** what is left out or empty is no bound */
export interface KeyInput { name: string; rights?: KeyRights; projects?: string[]; days?: number; networks?: string[] }
export interface Team {
  name: string; organization: string | null; canManage: boolean; members: TeamMember[]; invitations: Invitation[];
  /** null: the main one, and for readers outside; `location` null: for managers only; `there` false: taken out of the settings */
  bucket: { name: string; location: string | null; there: boolean } | null;
}
export interface BucketChoice { name: string; location: string }
export interface TeamMember { id: string; username: string; name: string; role: EntityRef["role"]; customRole: string | null; service: boolean; active: boolean }
export interface Invitation { id: string; email: string; role: EntityRef["role"]; customRole: string | null; expiresAt: string }
export interface Roles { roles: HeldRole[]; permissions: RolePermission[]; canManage: boolean }
/** `holders`: places in teams and projects */
export interface HeldRole extends CustomRole { holders: number }
export interface CustomRole {
  id: string; name: string; description: string; inheritedFrom: "member" | "viewer"; permissions: string[]; createdAt: string;
}
/** a word that roles are made of; `inheritedBy`: what may it anyway */
export interface RolePermission { name: string; text: string; inheritedBy: ("member" | "viewer")[] }
export interface MadeLink { url: string; mailed: boolean; expiresAt: string }
export interface NewServiceAccount { id: string; name: string; secret: string }
export interface Federation { issuers: Issuer[]; /** audiences are not checked */ anyAudience: boolean; tokenSeconds: number }
export interface Issuer {
  id: string; issuer: string; /** empty: what is usual */ audience: string; byEmail: boolean;
  subjects: { id: string; subject: string; username: string }[]; moreSubjects: boolean;
}
export interface IssuerInput { issuer: string; audience?: string; byEmail?: boolean }
export interface TeamSecret { name: string; createdAt: string; changedAt: string; /** null: an account that is gone */ by: string | null }
export interface TeamSecrets { /** the operator has switched secrets off */ off: boolean; secrets: TeamSecret[] }
export interface Organization {
  name: string; createdAt: string; canManage: boolean; members: TeamMember[];
  /** the reader may see when its people were active */ activity: boolean;
  /** `role`: the reader's own in the team, null outside */
  teams: { name: string; members: number; services: number; role: EntityRef["role"] | null }[];
  /** that a new team may have instead of the main one, for those who may make teams */ buckets: BucketChoice[];
}
/** `daysActive`: of the last 30; `day`: in UTC, such as 2026-01-31, each with the people who were active on it */
export interface OrganizationActivity { people: ActivePerson[]; days: { day: string; people: number }[] }
export interface ActivePerson {
  username: string; name: string; role: EntityRef["role"]; lastActiveAt: string | null; daysActive: number;
}
/** its teams and what it owns itself, of projects that the reader may see */
export interface OrganizationUsage {
  owners: { name: string; kind: EntityRef["kind"]; projects: number; usage: Usage; computeSeconds: number }[];
}
export interface NewApiKey extends ApiKey { secret: string }
export interface BrowserSession { id: string; userAgent: string; createdAt: string; lastSeenAt: string; current: boolean }

// ---- home, entities, projects -------------------------------------------------------------------------------
export interface Home { entities: EntityRef[]; projects: Project[]; runs: RunRow[] }
export interface EntityPage { entity: EntityRef; projects: Project[] }
/** `artifactTypes` (to add) and `allArtifactTypes` are of registries alone */
export interface ProjectChange { description?: string; visibility?: Visibility; artifactTypes?: string[]; allArtifactTypes?: boolean }
export type Visibility = "private" | "team" | "restricted" | "public" | "open";
export interface Project {
  entity: string; name: string; description: string; visibility: Visibility;
  createdAt: string; createdBy: string | null; lastActiveAt: string | null;
  runCount: number; runningCount: number; computeSeconds: number; storageBytes: number;
  canWrite: boolean; canManage: boolean;
}

export interface ProjectMembers {
  members: { username: string; name: string; role: EntityRef["role"]; customRole: string | null }[];
  teams: { team: string; role: EntityRef["role"] }[];
}

// ---- registries ---------------------------------------------------------------------------------------------
export interface Registries { organizations: string[]; writable: string[]; registries: Registry[] }
export interface Registry {
  organization: string; entity: string; project: string;
  /** without the prefix that makes the project one */ name: string;
  description: string; visibility: Visibility;
  types: string[]; /** takes others too */ allTypes: boolean;
  collectionCount: number; /** people and teams on its list */ namedCount: number;
  createdAt: string; updatedAt: string; canWrite: boolean; canManage: boolean;
}
export interface RegistryMatches { collections: RegistryMatch[] }
export interface RegistryMatch {
  organization: string; registry: string; entity: string; project: string; type: string; name: string; updatedAt: string;
}

// ---- runs ---------------------------------------------------------------------------------------------------
export type RunState = "pending" | "running" | "finished" | "failed" | "crashed" | "killed" | "preempting" | "preempted";
export interface RunRow {
  entity: string; project: string;
  /** the run id of the URL */ id: string;
  /** the display name */ title: string;
  state: RunState; createdAt: string; startedAt: string | null; heartbeatAt: string | null; durationSeconds: number | null;
  user: string | null; group: string | null; jobType: string | null; sweep: string | null;
  tags: string[]; notes: string; colorIndex: number; exitCode: number | null; stopRequested: boolean;
  /** flattened, asked columns only in lists: "lr" or "optimizer.lr" → value */
  config: Record<string, unknown>;
  summary: Record<string, unknown>;
}
export interface RunsSelection {
  /** text found in title or id; with `regex` a pattern */
  search?: string; regex?: boolean;
  /** Mongo-style filter, the client's own grammar */
  filters?: Record<string, unknown>;
  /** e.g. ["-created_at", "+summary_metrics.loss", "-config.lr"] */
  order?: string[];
}
export interface RunsQuery extends RunsSelection {
  offset: number; limit: number;
  /** "config.lr", "summary.loss" */
  columns: string[];
}
export interface RunsPage { total: number; matched: number; offset: number; rows: RunRow[] }
export interface RunGroupsQuery extends RunsQuery {
  /** "config.lr", "summary.loss", "state": keys of filters */
  by: string[];
  runs?: number;
}
/** in the order of the values; runs without a value are the group of null, the last */
export interface RunGroupsPage {
  /** groups */ total: number; /** runs */ matched: number; offset: number;
  groups: { values: unknown[]; count: number; rows: RunRow[] }[];
}
export interface RunColumns { config: string[]; summary: string[] }
export interface Metric {
  key: string;
  /** "number", or a media `_type` such as "image-file", "table-file", "histogram", or "string" */
  type: string;
  /** from define_metric; null: step */ xKey: string | null;
  hidden: boolean; system: boolean;
  count: number;
}
export interface RunDetail extends RunRow {
  /** nested, without `_wandb` */ configTree: Record<string, unknown>;
  summaryTree: Record<string, unknown>;
  /** contents of wandb-metadata.json, or null */ metadata: Record<string, unknown> | null;
  historyLineCount: number; lastStep: number | null; logLineCount: number; eventsLineCount: number; fileCount: number;
  canWrite: boolean;
  /** the run whose rows up to `step` this one begins with; no title once that run is deleted or moved elsewhere */
  forkedFrom: { run: string; step: number; title: string | null } | null;
  /** what rewinding took out of the run, the oldest first */
  archives: { step: number; lastStep: number; rows: number; createdAt: string }[];
}

// ---- panels -------------------------------------------------------------------------------------------------
export interface PanelQuery {
  /** named once; panels and groups mean them by position */ runs: [entity: string, project: string, run: string][];
  /** in the order in which they are wanted */ panels: PanelQuestion[];
}
export interface PanelQuestion {
  id: string;
  /** flattened metric key; "system.*" keys read the events stream */ key: string;
  /** "_step", "_runtime", "_timestamp" or any logged number */ x: string;
  /** at most so many points per line */ buckets: number;
  xMin?: number; xMax?: number;
  scale?: "linear" | "log";
  columns?: PanelColumn[];
  runs?: number[];
  /** one line per group instead of one per run, with `statistics` in place of `columns` */
  groups?: { name: string; runs: number[] }[];
  statistics?: GroupStatistic[];
}
export type PanelColumn = "last" | "min" | "max" | "mean" | "count";
export type GroupStatistic = "mean" | "median" | "min" | "max" | "sum" | "std" | "stderr" | "n";
/** header of a frame of lines; lists have an entry per line */
export interface LinesHeader {
  panel: number; id: string;
  /** the last frame of its panel */ done: boolean;
  runs: number[]; points: number[]; totals: number[]; raw: boolean[]; marks: number[];
  errors: LineError[];
}
export interface GroupsHeader {
  panel: number; id: string; done: boolean;
  groups: number[]; points: number[]; totals: number[]; runCounts: number[];
  errors: LineError[];
}
export interface LineError { run: number; code: string; message: string }
export interface MediaAnswer { items: MediaItem[] }
/** `value` is the logged dict (`_type`, `path`, `caption`, …); `urls` maps each stored path in it to a URL of this origin or a signed one */
export interface MediaItem { step: number; value: Record<string, unknown>; urls: Record<string, string> }

// ---- logs, files, artifacts ---------------------------------------------------------------------------------
export interface LogPage { total: number; from: number; lines: LogLine[] }
/** `n` counts from 0; null where a filter leaves out lines of a run of several writers */
export interface LogLine { n: number | null; text: string; ts: string | null; level: "error" | null; label: string | null }
export interface LogMatches { matches: number[]; next: number | null; total: number }
export interface LogLabels { labels: string[] }
export interface FileList { files: StoredFile[] }
export interface StoredFile { name: string; sizeBytes: number; mimetype: string; updatedAt: string; md5: string; url: string }
export interface RunArtifacts { inputs: ArtifactRow[]; outputs: ArtifactRow[] }
export interface ArtifactTypes { types: { name: string; collections: CollectionRow[] }[] }
/** a sequence owns the versions made in it, a portfolio links to versions of sequences */
export type CollectionKind = "sequence" | "portfolio";
export interface CollectionRow {
  name: string; type: string; kind: CollectionKind; description: string; tags: string[];
  versionCount: number; latest: string | null; createdAt: string; updatedAt: string;
}
export interface CollectionPage extends CollectionRow {
  entity: string; project: string; canWrite: boolean;
  /** of versions without one of their own; null: as the team has it; -2: for ever */ ttlSeconds: number | null;
  /** top-level keys of the newest version's metadata */ metadataKeys: string[];
  /** versions that are still being uploaded, the newest first */ pending: ArtifactRow[];
}
export interface VersionPage { total: number; matched: number; offset: number; rows: ArtifactRow[] }
export interface AliasList { aliases: { alias: string; version: string }[] }
export interface AliasHistory { changes: AliasChange[]; /** `before` of the next page */ next: number | null }
export interface AliasChange {
  id: number; alias: string; /** versions; null: none */ from: string | null; to: string | null;
  at: string; /** null: by itself, or somebody who is gone */ by: string | null;
}
export interface VersionsDeleted { deleted: string[]; skipped: { version: string; reason: string }[] }
export type ArtifactState = "PENDING" | "COMMITTED" | "DELETED";
export interface ArtifactRow {
  id: string; type: string; collection: string; entity: string; project: string;
  /** "v3"; a digest for one that is still on its way */ version: string;
  aliases: string[]; tags: string[];
  state: ArtifactState; digest: string; sizeBytes: number; fileCount: number; createdAt: string;
  createdByRun: RunRef | null;
  /** null: as collection or team have it; -2: for ever */ ttlSeconds: number | null;
  /** what it would inherit; null: nothing, it is kept */ inheritedTtlSeconds: number | null;
  expiresAt: string | null;
  /** the asked keys of its metadata, as far as it has them */ metadata?: Record<string, unknown>;
}
export interface RunRef { entity: string; project: string; id: string; title: string; state: RunState }
export interface ArtifactDetail extends Omit<ArtifactRow, "metadata"> {
  kind: CollectionKind; description: string; metadata: Record<string, unknown>;
  createdBy: string | null;
  /** the last 100 of `usedByTotal`, as far as they are the reader's to see */ usedBy: RunRef[]; usedByTotal: number;
  historyStep: number | null;
  /** the other collections in which it stands */ places: (ArtifactRow & { kind: CollectionKind })[];
  deletedAt: string | null; canWrite: boolean;
  /** the versions before and behind it in this collection, of those that are there */ previous: string | null; next: string | null;
}
export interface VersionMetrics { metrics: Record<string, unknown> }
export interface FolderPage { items: (ArtifactFolder | ArtifactFile)[]; next: string | null }
/** counts are null where adding them up would take too long */
export interface ArtifactFolder { kind: "folder"; path: string; fileCount: number | null; sizeBytes: number | null }
export interface ArtifactFile { kind: "file"; path: string; sizeBytes: number; digest: string; ref: string | null }
export interface FileMatches { files: ArtifactFile[]; searched: number; next: string | null }
export type ArtifactEntry = ArtifactContent | { kind: "folder"; path: string };
export interface ArtifactContent extends ArtifactFile { mimetype: string; url: string | null }
export interface VersionChanges { changes: FileChange[]; compared: number; next: string | null }
export type ChangeKind = "added" | "removed" | "changed";
export interface FileChange { path: string; kind: ChangeKind; sizeBefore: number | null; sizeAfter: number | null; ref: string | null }
export interface ChangeTotals {
  added: number; addedBytes: number; removed: number; removedBytes: number;
  changed: number; changedBytesBefore: number; changedBytesAfter: number; compared: number; next: string | null;
}
export interface LineageGraph { start: string; nodes: LineageNode[]; edges: LineageEdge[]; clusters: LineageCluster[]; cut: boolean }
export type LineageNode = LineageRun | LineageArtifact;
/** `up` and `down` count all neighbours, shown or not */
interface LineageCommon { id: string; entity: string; project: string; createdAt: string; up: number; down: number }
export interface LineageRun extends LineageCommon { kind: "run"; run: string; title: string; state: RunState | "deleted"; jobType: string | null }
export interface LineageArtifact extends LineageCommon {
  kind: "artifact"; type: string; collection: string; version: string; state: ArtifactState; sizeBytes: number;
}
export interface LineageEdge { from: string; to: string; usedAs: string | null }
export type LineageDirection = "up" | "down";
/** neighbours that are many of one kind, or (`hidden`) not the reader's to see */
export interface LineageCluster { of: string; direction: LineageDirection; kind: "run" | "artifact"; type: string | null; count: number; hidden: boolean }
export interface LineageMembers { total: number; nodes: LineageNode[] }

// ---- logged tables (docs/protocol/tables.md) -----------------------------------------------------------------------
export type TableSource =
  | { kind: "run"; entity: string; project: string; run: string; path: string }
  | { kind: "artifact"; entity: string; project: string; type: string; collection: string; version: string; path: string; whole?: boolean }
  | { kind: "link"; uri: string };
/** the answer to every question, with status 202, while the table is prepared: ask again */
export interface TableMaking { doneBytes: number; totalBytes: number }
export type CellKind = "null" | "number" | "text" | "boolean" | "json" | "media";
export interface TableShape { rows: number; columns: TableColumn[]; files: number; logMode: string | null }
export interface TableColumn {
  /** may repeat: columns are meant by their number */ name: string;
  kinds: Partial<Record<CellKind, number>>;
  /** `_type` of the media in it */ media: string[];
  type: { wb_type?: string; params?: Record<string, unknown> } | null;
}
export type TableOperator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "!contains" | "matches" | "!matches" | "empty" | "present";
export interface TableCondition { column: number; operator: TableOperator; value?: string; /** another column, in place of a value */ other?: number }
export interface TableSort { column: number; descending: boolean }
export interface TableSelection { search?: string; filter?: readonly TableCondition[] }
export interface TableQuery extends TableSelection { sort?: readonly TableSort[]; columns?: readonly number[]; offset: number; limit: number }
export interface TableRows { total: number; matched: number; rows: TableRow[]; /** of media, by path */ urls: Record<string, string> }
export interface TableRow { /** its place in the table, from 0 */ row: number; cells: TableCell[] }
export type TableCell = null | boolean | number | string | SpecialCell;
export type SpecialCell =
  /** beyond what a number holds exactly, or not finite */ | { kind: "number"; text: string }
  /** with `size` it is cut, and has so many characters */ | { kind: "text"; text: string; size: number }
  | { kind: "json"; text: string; size?: number }
  | { kind: "media"; value: Record<string, unknown> };
export interface TableSummary {
  kinds: Partial<Record<CellKind, number>>;
  /** null: nearly all differ */ distinct: number | null;
  values: { value: TableCell; count: number }[];
  bins: { edges: number[]; counts: number[] } | null;
  mean: number | null; nan: number;
}
export interface SweepList { sweeps: SweepRow[] }
export interface SweepRow {
  id: string; title: string; state: string; method: string; createdAt: string; runCount: number; runCountExpected: number | null;
  /** the key of the summary that is searched for, and which way is better; `bestValue` is its best so far */
  metric: string | null; goal: "minimize" | "maximize"; bestValue: number | null;
  /** what is varied: the names of the searched keys of config, nested ones joined by dots */
  parameters: string[];
  /** as the client wrote it, YAML */ config: string;
}

// ---- reports and compatibility --------------------------------------------------------------------------------
export interface ViewList { views: ViewHeading[] }
export interface ViewHeading {
  /** as it stands in links, without padding */ id: string;
  /** "runs" a report, "runs/draft" the draft of one, "project-view" a workspace */ type: string;
  name: string; title: string; description: string; author: string | null; locked: boolean;
  createdAt: string; updatedAt: string;
}
export interface ViewDocument extends ViewHeading { spec: string }
export interface CustomChart { id: string; title: string; type: string; public: boolean; spec: string }
export interface CompatPage {
  version: string;
  features: { name: string; on: boolean; switchedOff: boolean; reason: string }[];
  unsupported: { area: string; operations: string[] }[];
  versions: string[]; engines: string[]; areas: CompatArea[];
}
/** `results` by engine and client version */
export interface CompatArea { name: string; results: Partial<Record<string, Partial<Record<string, CompatCell>>>> }
export interface CompatCell { passed?: number; failed?: number; skipped?: number; reason?: string }

// ---- live ---------------------------------------------------------------------------------------------------
export interface Change { cursor: string; runs: RunChange[] }
export interface RunChange {
  run: string;
  kinds: ("run" | "history" | "events" | "logs" | "files" | "artifacts")[];
  /** the metrics that have new values; absent when there are many, or when nobody knows */ keys?: string[];
  /** history changed at or after this step only */ fromStep?: number;
}

// ---- many runs at once, and the trash -------------------------------------------------------------------------
export type BulkAction = "tag" | "group" | "stop" | "move" | "delete" | "restore" | "purge";
export interface BulkRequest {
  action: BulkAction; runs: string[];
  /** tag */ add?: string[]; remove?: string[];
  /** group: one for all, or one for each as an undo sends it */ group?: string; groups?: Record<string, string>;
  /** delete: artifact versions that the runs made too */ artifacts?: boolean;
  /** move */ to?: { entity: string; project: string };
}
/** `before` has the former group of each run whose group was changed */
export interface BulkOutcome { done: string[]; skipped: { id: string; reason: string }[]; before: Record<string, string> }
export interface TrashedRun {
  id: string; title: string; state: RunState; createdAt: string; user: string | null;
  deletedAt: string; deletedBy: string | null; storageBytes: number;
}
export interface TrashPage { total: number; runs: TrashedRun[]; /** null: for ever */ keptDays: number | null }

// ---- alerts ---------------------------------------------------------------------------------------------------
export type AlertSeverity = "INFO" | "WARN" | "ERROR";
export interface RunAlert {
  id: number; title: string; text: string; severity: AlertSeverity; createdAt: string;
  entity: string; project: string; run: string; runTitle: string;
}
export interface AlertInbox { alerts: RunAlert[]; /** counted up to 100 */ unread: number; readUpTo: number }
export interface AlertPreferences { byMail: boolean; leastSeverity: AlertSeverity; mailConfigured: boolean }
/** `goneAt`: since then Slack has no such channel, and nothing is posted; `failingSince`: messages wait, for `error` */
export interface SlackConnection {
  workspace: string; channel: string; connectedAt: string; by: string | null;
  goneAt: string | null; failingSince: string | null; error: string | null;
}
export interface SlackState { /** whether the operator has named a Slack app at all */ configured: boolean; connection: SlackConnection | null }

// ---- storage --------------------------------------------------------------------------------------------------
/** what counts: versions with all their files (what others have too included), files and rows of runs; nothing deleted */
export interface Usage {
  totalBytes: number; versionBytes: number; fileBytes: number; historyBytes: number; versions: number; runs: number;
}
/** deleted and still stored: files of runs in the trash, versions whose content is not collected yet (at most that much) */
export interface StorageWaiting { trashBytes: number; versionBytes: number }
export interface PersonUsage { /** null: accounts that are gone */ username: string | null; usage: Usage }
export interface ProjectStorage {
  usage: Usage; waiting: StorageWaiting; people: PersonUsage[];
  collections: { name: string; type: string; versions: number; sizeBytes: number }[];
  runs: { id: string; title: string; fileBytes: number; historyBytes: number }[];
}
export interface EntityStorage {
  usage: Usage; waiting: StorageWaiting; people: PersonUsage[]; projects: { name: string; usage: Usage }[];
}
export interface TtlPolicy { /** null: versions are kept */ ttlSeconds: number | null; adminsOnly: boolean; canChange: boolean }
export interface ServerStorage {
  entities: { name: string; usage: Usage }[];
  /** objects and folders of objects that wait to be deleted; of some the size is known */
  waiting: { count: number; sizeBytes: number };
  /** null: collections begin by command only */ everySeconds: number | null;
  graceSeconds: number;
  collections: GcRun[];
}
/** A line of the audit log, with the keys of `GET /admin/audit_logs`; what a line does not tell is absent. */
export interface AuditLine {
  id: number; timestamp: string; action: string; response_code: number;
  actor_user_id?: string; actor_username?: string; actor_email?: string; actor_ip?: string; actor_api_key?: string;
  acting_for?: string; cli_version?: string; entity_name?: string; project_name?: string; run_name?: string;
  artifact_qualified_name?: string; artifact_digest?: string; report_name?: string; username?: string; user_email?: string;
  /** ids of what it is about */ entity_asset?: string; project_asset?: string; artifact_asset?: string;
  artifact_sequence_asset?: string; report_asset?: string; user_asset?: string;
  detail?: Record<string, unknown>;
}
export interface AuditPage {
  lines: AuditLine[]; /** what `before` is to be for the lines after these; null: there are none */ next: string | null;
  /** all that may occur */ actions: string[]; collecting: boolean; /** 0: for ever */ keptDays: number;
}
export interface GcRun {
  id: number; kind: "content" | "orphans"; startedBy: "schedule" | "command" | "page";
  state: "running" | "done" | "failed" | "interrupted"; failure: string | null;
  startedAt: string; endedAt: string | null;
  versions: number; contents: number; objects: number; sizeBytes: number;
}
export interface Collected {
  versions: number; manifests: number; contents: number; uploads: number; objects: number; sizeBytes: number;
}

// ---- administration: all for administrators of the server -----------------------------------------------------
export interface ServerOverview {
  version: string; database: string;
  counts: { active: number; ended: number; services: number; teams: number; projects: number; runs: number; running: number };
  /** names of scheduled work */ failing: string[]; late: string[];
  refusedMail: number;
  /** variables that were set and have no effect */ notes: string[];
}
export type UserKind = "all" | "active" | "admins" | "ended" | "services";
export interface AccountsPage { total: number; users: ListedAccount[] }
export interface Account {
  username: string; name: string; email: string; admin: boolean; active: boolean; service: boolean; createdAt: string;
}
/** `daysActive`: of the last 30; null for service accounts, and where it is not kept */
export interface ListedAccount extends Account { teams: number; keys: number; lastSeenAt: string | null; daysActive: number | null }
export interface TeamsPage { total: number; teams: ListedTeam[]; /** that a new team may have */ buckets: BucketChoice[] }
export interface ListedTeam {
  name: string; organization: string | null; createdAt: string;
  members: number; services: number; admins: string[]; projects: number; /** null: the main one */ bucket: string | null;
}
export interface ProjectsPage { total: number; projects: Project[] }
export interface Jobs {
  schedules: ScheduledWork[];
  queues: { name: "journal" | "runPurges" | "deletions" | "mail"; count: number }[];
  /** null: no mail server is named */ mail: UnsentMail[] | null;
}
export interface ScheduledWork {
  name: string; everySeconds: number; doneAt: string | null; failedAt: string | null; failure: string | null;
  state: "good" | "failing" | "late";
}
export interface UnsentMail {
  id: string; recipient: string; subject: string; refused: boolean; attempts: number; createdAt: string; error: string | null;
}
export interface ServerSettings { settings: ServerSetting[]; notes: string[] }
export interface ServerSetting { name: string; value: string | number | boolean; source: string; variable: string; doc: string }
