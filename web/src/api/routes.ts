/**
 * Every route of the server by what it takes and answers, in the shapes of contract.ts. The OpenAPI description is
 * written from this table and from the server's own (`make reference`); a route without a line here fails the build.
 *
 * `answer` comes with 200, and null with 204; `answers` are those by other statuses. Failures are `ApiError`, unless
 * `failure` says otherwise.
 */
import type * as C from "./contract";

/** a whole number */
export type Int = number;
/** a body that is no JSON, of this media type */
export type Media<Type extends string> = { readonly mediaType: Type };
/** JSON under a media type of its own */
export type JsonAs<Type extends string, Shape> = { readonly mediaType: Type; readonly shape: Shape };

// ---- what only routes outside the web app take ----------------------------------------------------------------
/** RFC 7643: a user, a group, or what describes them (docs/operate/scim.md) */
export interface ScimResource { schemas?: string[]; [attribute: string]: unknown }
export interface ScimList { schemas: string[]; totalResults: Int; itemsPerPage: Int; startIndex: Int; Resources: ScimResource[] }
export interface ScimPatch { schemas: string[]; Operations: { op: string; path?: string; value?: unknown }[] }
export interface ScimSearch {
  filter?: string; sortBy?: string; sortOrder?: string; startIndex?: Int; count?: Int; attributes?: string[]; excludedAttributes?: string[];
}
export interface ScimError { schemas: string[]; status: string; detail: string; scimType?: string }
/** `inheritedFrom` is viewer where nothing is said; `permissions` are words of `Roles.permissions` */
export interface RoleInput { name?: string; description?: string; inheritedFrom?: "member" | "viewer"; permissions?: string[] }
/** RFC 6749, 5.1 and 5.2 */
export interface GrantedToken { access_token: string; token_type: "Bearer"; expires_in: Int }
export interface RefusedToken { error: string; error_description: string; message: string }
export interface AuditLogs {
  audit_logs: C.AuditLine[]; range_start_time: string; range_end_time: string; count: Int; next_cursor: string | null;
}
export interface GraphQLRequest { query: string; operationName?: string | null; variables?: Record<string, unknown> | null }
export interface GraphQLAnswer { data?: Record<string, unknown> | null; errors?: { message: string; [detail: string]: unknown }[] }
/** lines by file name, from the line `offset` on (docs/protocol/ingest.md) */
export interface StreamedFiles {
  files?: Record<string, { offset: Int; content: string[] }>; uploaded?: string[]; complete?: boolean; exitcode?: Int; preempting?: boolean; dropped?: Int;
}
export interface StreamAnswer { limits?: Record<string, unknown>; [instruction: string]: unknown }
export interface Healthy { status: string; version?: string }
export interface RateLimits { processes: Int; rates: { name: string; perSecond: number; passed: Int; refused: Int }[] }
interface ScimQuery {
  filter?: string; sortBy?: string; sortOrder?: string; startIndex?: Int; count?: Int; attributes?: string; excludedAttributes?: string;
}
interface ScimShown { attributes?: string; excludedAttributes?: string }
interface ConsoleFilter { level?: "error" | "output"; label?: string }
interface ListQuery { search?: string; offset?: Int; limit?: Int }

export interface Routes {
  // ---- session and account ------------------------------------------------------------------------------------
  "GET /app/session": { answer: C.Session };
  "POST /app/session": { body: { login: string; password: string }; answer: null };
  "DELETE /app/session": { answers: { 200: C.SignedOut; 204: null } };
  /** The first administrator, by the one-time token of the log; signs in. */
  "POST /app/setup": { body: C.SetupInput; answer: null };
  /** Signs in. */
  "POST /app/signup": { body: C.SignupInput; answer: null };
  "POST /app/password": { body: C.PasswordInput; answer: null };
  "PATCH /app/profile": { body: C.ProfileInput; answer: null };
  /** `username` null: an invitation to `team`. */
  "POST /app/link": { body: { token: string }; answer: C.AccountLink };
  /** Signs in. */
  "POST /app/link/follow": { body: C.FollowInput; answer: null };
  "GET /app/keys": { answer: { keys: C.ApiKey[] } };
  "POST /app/keys": { body: C.KeyInput; answer: C.NewApiKey };
  "DELETE /app/keys/{id}": { answer: null };
  "GET /app/sessions": { answer: { sessions: C.BrowserSession[] } };
  /** All but this one. */
  "DELETE /app/sessions": { answer: null };
  "DELETE /app/sessions/{id}": { answer: null };
  "GET /oidc/login": { query: { next?: string }; answers: { 303: null }; failure: Media<"text/html"> };
  "GET /oidc/callback": { query: { state?: string; code?: string; error?: string }; answers: { 303: null }; failure: Media<"text/html"> };
  "POST /oidc/callback": { form: { state?: string; id_token?: string; code?: string; error?: string }; answers: { 303: null }; failure: Media<"text/html"> };
  "POST /oidc/token": { form: { grant_type: string; assertion: string }; answer: GrantedToken; answers: { 400: RefusedToken } };

  // ---- teams and entities -------------------------------------------------------------------------------------
  "POST /app/teams": { body: { name: string; organization?: string | null; admin?: string | null; bucket?: string | null }; answer: { name: string } };
  "GET /app/teams/{team}": { answer: C.Team };
  /** A team that still owns projects stays. */
  "DELETE /app/teams/{team}": { answer: null };
  /** `role` is one of every team, or the name of a custom one. */
  "POST /app/teams/{team}/members": { body: { username: string; role?: string }; answer: null };
  "DELETE /app/teams/{team}/members/{id}": { answer: null };
  "POST /app/teams/{team}/invitations": { body: { email: string; role?: string }; answer: C.MadeLink };
  "DELETE /app/teams/{team}/invitations/{id}": { answer: null };
  "POST /app/teams/{team}/service-accounts": { body: { name: string }; answer: C.NewServiceAccount };
  /** A new key of the service account that is this member; the old one ends. */
  "POST /app/teams/{team}/service-accounts/{id}/key": { answer: C.NewServiceAccount };
  "GET /app/teams/{team}/secrets": { answer: C.TeamSecrets };
  /** The value is never answered again. */
  "PUT /app/teams/{team}/secrets/{name}": { body: { value: string }; answer: null };
  "DELETE /app/teams/{team}/secrets/{name}": { answer: null };
  "GET /app/organizations/{organization}": { answer: C.Organization };
  /** On which of the last `days` (30) people were active, and who; absent where it is not kept. */
  "GET /app/organizations/{organization}/activity": { query: { days?: number }; answer: C.OrganizationActivity };
  "GET /app/organizations/{organization}/usage": { answer: C.OrganizationUsage };
  /** `username` is a user name or an e-mail address. */
  "POST /app/organizations/{organization}/members": { body: { username: string; role?: string }; answer: null };
  "DELETE /app/organizations/{organization}/members/{username}": { answer: null };
  "POST /app/organizations/{organization}/service-accounts": { body: { name: string }; answer: C.NewServiceAccount };
  /** A new key of the service account that is this member; the old one ends. */
  "POST /app/organizations/{organization}/service-accounts/{id}/key": { answer: C.NewServiceAccount };
  "GET /app/organizations/{organization}/roles": { answer: C.Roles };
  "POST /app/organizations/{organization}/roles": { body: RoleInput & { name: string }; answer: C.CustomRole };
  "PATCH /app/organizations/{organization}/roles/{id}": { body: RoleInput; answer: C.CustomRole };
  "DELETE /app/organizations/{organization}/roles/{id}": { answer: null };
  "GET /app/home": { answer: C.Home };
  "GET /app/entities/{entity}": { answer: C.EntityPage };
  /** Of its projects those that the caller may see. */
  "GET /app/entities/{entity}/storage": { answer: C.EntityStorage };
  /** For who reads what the entity has. */
  "GET /app/entities/{entity}/artifact-ttl": { answer: C.TtlPolicy };
  "PATCH /app/entities/{entity}/artifact-ttl": { body: { ttlSeconds?: Int | null; adminsOnly?: boolean }; answer: C.TtlPolicy };
  "POST /app/entities/{entity}/projects": { body: C.ProjectChange & { name: string }; answer: C.Project };
  "GET /app/entities/{entity}/charts/{name}": { answer: C.CustomChart };

  // ---- projects -----------------------------------------------------------------------------------------------
  "GET /app/projects/{entity}/{project}": { answer: C.Project };
  "PATCH /app/projects/{entity}/{project}": { body: C.ProjectChange; answer: C.Project };
  "DELETE /app/projects/{entity}/{project}": { answer: null };
  "GET /app/projects/{entity}/{project}/members": { answer: C.ProjectMembers };
  "POST /app/projects/{entity}/{project}/members": { body: { username?: string; team?: string; role: string }; answer: null };
  "DELETE /app/projects/{entity}/{project}/members/{username}": { answer: null };
  "DELETE /app/projects/{entity}/{project}/teams/{team}": { answer: null };
  /** The largest first, 100 of each. */
  "GET /app/projects/{entity}/{project}/storage": { answer: C.ProjectStorage };
  /** Keys seen in any run's config and summary, flattened; those with a leading `_` left out. */
  "GET /app/projects/{entity}/{project}/columns": { answer: C.RunColumns };
  "GET /app/projects/{entity}/{project}/sweeps": { answer: C.SweepList };
  /** The last changed first, without their texts. */
  "GET /app/projects/{entity}/{project}/views": { answer: C.ViewList };
  "GET /app/projects/{entity}/{project}/views/{id}": { answer: C.ViewDocument };
  /** What to draw for these runs. */
  "POST /app/projects/{entity}/{project}/metrics": { body: { runs: string[] }; answer: { metrics: C.Metric[] } };
  /** Server-sent events, resumable by `Last-Event-ID`: `event: change`, with a `Change` as data. */
  "GET /app/projects/{entity}/{project}/live": { headers: { "Last-Event-ID"?: string }; answer: Media<"text/event-stream"> };
  /** The same for a client that cannot hold a stream, from the `cursor` of the last answer on. */
  "GET /app/projects/{entity}/{project}/changes": { query: { since?: string }; answer: C.Change };
  /**
   * Those of the reader's organizations. A registry is the project `project` of `entity`: it is made by
   * `POST /app/entities/{entity}/projects` and changed as a project is, both with `artifactTypes` (to add) and
   * `allArtifactTypes`; its collections are that project's artifacts.
   */
  "GET /app/registries": { answer: C.Registries };
  /** In names, tags and aliases of collections; the first 50. */
  "GET /app/registries:search": { query: { q?: string }; answer: C.RegistryMatches };

  // ---- runs ---------------------------------------------------------------------------------------------------
  "POST /app/projects/{entity}/{project}/runs:query": { body: C.RunsQuery; answer: C.RunsPage };
  /** `offset` and `limit` count groups, `runs` the rows of each. */
  "POST /app/projects/{entity}/{project}/runs:group": { body: C.RunGroupsQuery; answer: C.RunGroupsPage };
  "POST /app/projects/{entity}/{project}/runs:select": { body: C.RunsSelection; answer: { ids: string[] } };
  /** At most 1000 `runs` in one request. */
  "POST /app/projects/{entity}/{project}/runs:bulk": { body: C.BulkRequest; answer: C.BulkOutcome };
  "GET /app/projects/{entity}/{project}/trash": { query: { offset?: Int }; answer: C.TrashPage };
  "GET /app/projects/{entity}/{project}/trash/ids": { answer: { ids: string[] } };
  "GET /app/runs/{entity}/{project}/{run}": { answer: C.RunDetail };
  "PATCH /app/runs/{entity}/{project}/{run}": {
    body: { title?: string; notes?: string; tags?: string[]; group?: string; jobType?: string };
    answer: C.RunDetail;
  };
  /** Into the trash; with `artifacts=true` the versions that it made as well. */
  "DELETE /app/runs/{entity}/{project}/{run}": { query: { artifacts?: "true" }; answer: null };
  /** Asks the run to stop, of which it hears with its next rows. */
  "POST /app/runs/{entity}/{project}/{run}/stop": { answer: C.RunDetail };
  "GET /app/runs/{entity}/{project}/{run}/files": { answer: C.FileList };
  "GET /app/runs/{entity}/{project}/{run}/alerts": { answer: { alerts: C.RunAlert[] } };
  "GET /app/runs/{entity}/{project}/{run}/artifacts": { answer: C.RunArtifacts };
  /** `from=-1`: the last `limit`. `total` and `from` count the lines that pass the filter. */
  "GET /app/runs/{entity}/{project}/{run}/logs": { query: ConsoleFilter & { from?: Int; limit?: Int }; answer: C.LogPage };
  "GET /app/runs/{entity}/{project}/{run}/logs/labels": { answer: C.LogLabels };
  /** Places of matching lines, of those searched in some tenths of a second; it goes on from `next`. */
  "GET /app/runs/{entity}/{project}/{run}/logs/search": { query: ConsoleFilter & { q: string; regex?: "1"; from?: Int }; answer: C.LogMatches };
  "GET /app/runs/{entity}/{project}/{run}/logs/download": { query: ConsoleFilter & { times?: "1"; labels?: "1" }; answer: Media<"text/plain"> };
  /** Frames of binary columns, panel by panel in the order asked (docs/protocol/panels.md). What goes wrong with one run is told in a frame. */
  "POST /app/panels:query": { body: C.PanelQuery; answer: Media<"application/vnd.steelyard.panels"> };
  /** Values of a media key over steps. */
  "POST /app/media:query": { body: { entity: string; project: string; run: string; key: string }; answer: C.MediaAnswer };

  // ---- artifacts ----------------------------------------------------------------------------------------------
  "GET /app/projects/{entity}/{project}/artifacts": { answer: C.ArtifactTypes };
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}": { answer: C.CollectionPage };
  "PATCH /app/projects/{entity}/{project}/artifacts/{type}/{collection}": {
    body: { name?: string; description?: string; type?: string; ttlSeconds?: Int; addTags?: string[]; removeTags?: string[] };
    answer: C.CollectionPage;
  };
  "DELETE /app/projects/{entity}/{project}/artifacts/{type}/{collection}": { answer: null };
  /** `order` is such as "-versionIndex"; the keys in `metadata` come with each row. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/versions:list": {
    query: { offset?: Int; limit?: Int; order?: string; find?: string; metadata?: string[] };
    answer: C.VersionPage;
  };
  /** The newest first. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/versions:names": { query: { find?: string }; answer: { versions: string[] } };
  /** At most 100 in one request. */
  "POST /app/projects/{entity}/{project}/artifacts/{type}/{collection}/versions:delete": {
    body: { versions: string[]; withAliases?: boolean };
    answer: C.VersionsDeleted;
  };
  /** By name, the first 200. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/aliases:list": { query: { find?: string }; answer: C.AliasList };
  /** The last change first. `latest`, which moves with every version, is not told. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/aliases:history": { query: { before?: Int; limit?: Int }; answer: C.AliasHistory };
  /** By vN, alias or digest; deleted ones too, by vN. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}": { answer: C.ArtifactDetail };
  /** `ttlSeconds` -1: as the team has it. */
  "PATCH /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}": {
    body: { description?: string; ttlSeconds?: Int; addTags?: string[]; removeTags?: string[] };
    answer: C.ArtifactDetail;
  };
  "DELETE /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}": { query: { aliases?: "1" }; answer: null };
  "POST /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/aliases": { body: { add?: string[]; remove?: string[] }; answer: null };
  "POST /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/links": {
    body: { collection: string; entity?: string; project?: string; aliases?: string[] };
    answer: C.ArtifactDetail;
  };
  /** What its run logged in the step in which it logged the version. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/metrics": { answer: C.VersionMetrics };
  /** One folder, by path; `next` is the `from` of the next page. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/files": {
    query: { folder?: string; from?: string; limit?: Int };
    answer: C.FolderPage;
  };
  /** As far as some tenths of a second reach; `searched` files were looked at. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/files:find": {
    query: { find?: string; from?: string; limit?: Int };
    answer: C.FileMatches;
  };
  /** `url` is null for references. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/file": { query: { path: string }; answer: C.ArtifactEntry };
  /** As far as some tenths of a second reach. `with` is a version, type/collection/version or entity/project/type/collection/version. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/compare": {
    query: { with: string; kind?: C.ChangeKind; from?: string; limit?: Int };
    answer: C.VersionChanges;
  };
  /** Of the part up to `next`; the caller adds the parts up. */
  "GET /app/projects/{entity}/{project}/artifacts/{type}/{collection}/{version}/compare:totals": {
    query: { with: string; from?: string };
    answer: C.ChangeTotals;
  };
  /** `cut`: more would be too much to draw. */
  "GET /app/lineage/{node}": { query: { up?: Int; down?: Int }; answer: C.LineageGraph };
  /** The newest first. */
  "GET /app/lineage/{node}/members": {
    query: { direction: C.LineageDirection; type?: string; find?: string; offset?: Int; limit?: Int };
    answer: C.LineageMembers;
  };
  /** Where the content of a version's file is, for clients. */
  "GET /artifactsV2/{path}": { answers: { 302: null } };
  "GET /artifacts/{entity}/{digest}": { answers: { 302: null } };

  // ---- logged tables ------------------------------------------------------------------------------------------
  "POST /app/tables:describe": { body: { source: C.TableSource }; answer: C.TableShape; answers: { 202: C.TableMaking } };
  "POST /app/tables:query": { body: C.TableQuery & { source: C.TableSource }; answer: C.TableRows; answers: { 202: C.TableMaking } };
  /** One row, with nothing cut. */
  "POST /app/tables:row": { body: { source: C.TableSource; row: Int }; answer: C.TableRows; answers: { 202: C.TableMaking } };
  "POST /app/tables:summarize": {
    body: C.TableSelection & { source: C.TableSource; column: Int; values?: Int };
    answer: C.TableSummary;
    answers: { 202: C.TableMaking };
  };
  /** All but `search` are JSON. */
  "GET /app/tables/export": {
    query: { source: string; search?: string; filter?: string; sort?: string; columns?: string };
    answer: Media<"text/csv">;
  };

  // ---- alerts -------------------------------------------------------------------------------------------------
  "GET /app/alerts": { query: { before?: Int }; answer: C.AlertInbox };
  "POST /app/alerts/read": { body: { upTo: Int }; answer: null };
  "GET /app/alert-preferences": { answer: C.AlertPreferences };
  "GET /app/entities/{entity}/slack": { answer: C.SlackState };
  /** Answers where to approve a channel, with a cookie that the browser must bring back to `/slack/callback`. */
  "POST /app/entities/{entity}/slack": { answer: { url: string } };
  "DELETE /app/entities/{entity}/slack": { answer: null };
  "GET /slack/callback": { query: { state?: string; code?: string; error?: string }; answers: { 303: null }; failure: Media<"text/html"> };
  "PATCH /app/alert-preferences": { body: { byMail?: boolean; leastSeverity?: C.AlertSeverity }; answer: C.AlertPreferences };

  // ---- administration of the server ---------------------------------------------------------------------------
  "GET /app/compat": { answer: C.CompatPage };
  "GET /app/admin/overview": { answer: C.ServerOverview };
  "GET /app/admin/users": { query: ListQuery & { kind?: C.UserKind }; answer: C.AccountsPage };
  "POST /app/admin/users": { body: { email: string }; answer: C.Account & C.MadeLink };
  "PATCH /app/admin/users/{username}": { body: { admin?: boolean; active?: boolean }; answer: C.Account };
  "POST /app/admin/users/{username}/link": { answer: C.MadeLink };
  "GET /app/admin/federation": { answer: C.Federation };
  "POST /app/admin/federation": { body: C.IssuerInput; answer: { id: string } };
  "DELETE /app/admin/federation/{id}": { answer: null };
  "POST /app/admin/federation/{id}/subjects": { body: { subject: string; username: string }; answer: null };
  /** `subject` is the id of a binding. */
  "DELETE /app/admin/federation/{id}/subjects/{subject}": { answer: null };
  "GET /app/admin/teams": { query: ListQuery; answer: C.TeamsPage };
  /** The last active first. */
  "GET /app/admin/projects": { query: ListQuery; answer: C.ProjectsPage };
  "GET /app/admin/jobs": { answer: C.Jobs };
  "POST /app/admin/mail/{id}/again": { answer: null };
  /** Secrets are masked. */
  "GET /app/admin/settings": { answer: C.ServerSettings };
  "GET /app/admin/limits": { answer: RateLimits };
  "GET /app/admin/storage": { answer: C.ServerStorage };
  "POST /app/admin/storage:preview": { answer: C.Collected };
  /** Answers 503 with the code `still_running` while it goes on longer than a browser waits: ask again. */
  "POST /app/admin/storage:collect": { answer: C.Collected };
  /** The newest first; `before` is the `next` of the page before. */
  "GET /app/admin/audit": { query: { numDays?: Int; actor?: string; action?: string; before?: string }; answer: C.AuditPage };
  "GET /admin/audit_logs": {
    query: {
      numDays?: Int; startDate?: string; endDate?: string; actor?: string; action?: string; anonymize?: "true"; limit?: Int; cursor?: string;
    };
    answer: AuditLogs | Media<"application/x-ndjson">;
  };
  /** This description. */
  "GET /openapi.json": { answer: Record<string, unknown> };

  // ---- provisioning (RFC 7644) --------------------------------------------------------------------------------
  "GET /scim/Users": { query: ScimQuery; answer: JsonAs<"application/scim+json", ScimList> };
  "POST /scim/Users": { body: ScimResource; query: ScimShown; answers: { 201: JsonAs<"application/scim+json", ScimResource> } };
  "POST /scim/Users/.search": { body: ScimSearch; answer: JsonAs<"application/scim+json", ScimList> };
  "GET /scim/Users/{id}": { query: ScimShown; headers: { "If-None-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource>; answers: { 304: null } };
  "PUT /scim/Users/{id}": { body: ScimResource; query: ScimShown; headers: { "If-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource> };
  "PATCH /scim/Users/{id}": { body: ScimPatch; query: ScimShown; headers: { "If-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource> };
  "DELETE /scim/Users/{id}": { headers: { "If-Match"?: string }; answer: null };
  "GET /scim/Groups": { query: ScimQuery; answer: JsonAs<"application/scim+json", ScimList> };
  "POST /scim/Groups": { body: ScimResource; query: ScimShown; answers: { 201: JsonAs<"application/scim+json", ScimResource> } };
  "POST /scim/Groups/.search": { body: ScimSearch; answer: JsonAs<"application/scim+json", ScimList> };
  "GET /scim/Groups/{id}": { query: ScimShown; headers: { "If-None-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource>; answers: { 304: null } };
  "PUT /scim/Groups/{id}": { body: ScimResource; query: ScimShown; headers: { "If-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource> };
  "PATCH /scim/Groups/{id}": { body: ScimPatch; query: ScimShown; headers: { "If-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource> };
  "DELETE /scim/Groups/{id}": { headers: { "If-Match"?: string }; answer: null };
  "GET /scim/Roles": { query: ScimQuery; answer: JsonAs<"application/scim+json", ScimList> };
  "POST /scim/Roles": { body: ScimResource; query: ScimShown; answers: { 201: JsonAs<"application/scim+json", ScimResource> } };
  "POST /scim/Roles/.search": { body: ScimSearch; answer: JsonAs<"application/scim+json", ScimList> };
  "GET /scim/Roles/{id}": { query: ScimShown; headers: { "If-None-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource>; answers: { 304: null } };
  "PUT /scim/Roles/{id}": { body: ScimResource; query: ScimShown; headers: { "If-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource> };
  "PATCH /scim/Roles/{id}": { body: ScimPatch; query: ScimShown; headers: { "If-Match"?: string }; answer: JsonAs<"application/scim+json", ScimResource> };
  "DELETE /scim/Roles/{id}": { headers: { "If-Match"?: string }; answer: null };
  "GET /scim/ServiceProviderConfig": { answer: JsonAs<"application/scim+json", ScimResource> };
  "GET /scim/ResourceTypes": { answer: JsonAs<"application/scim+json", ScimList> };
  "GET /scim/ResourceTypes/{id}": { answer: JsonAs<"application/scim+json", ScimResource> };
  "GET /scim/Schemas": { answer: JsonAs<"application/scim+json", ScimList> };
  "GET /scim/Schemas/{id}": { answer: JsonAs<"application/scim+json", ScimResource> };

  // ---- clients, probes and stored files -----------------------------------------------------------------------
  /** The schema is docs/reference/schema.graphql; failures are told in `errors`. */
  "POST /graphql": { body: GraphQLRequest; answer: GraphQLAnswer; failure: GraphQLAnswer };
  /** What a run logs (docs/protocol/ingest.md). Answered once it is safe. */
  "POST /files/{entity}/{project}/{run}/file_stream": { body: StreamedFiles; answer: StreamAnswer; answers: { 410: C.ApiError } };
  /** By an address that the server has signed; nothing else is asked for. */
  "GET /storage/{key}": {
    query: { signature: string };
    answer: Media<"application/octet-stream">;
    answers: { 206: Media<"application/octet-stream">; 304: null; 412: null; 416: null };
    failure: Media<"text/plain">;
  };
  /** By an address that the server has signed, once or again. */
  "PUT /storage/{key}": { query: { signature: string }; upload: Media<"application/octet-stream">; answers: { 200: null }; failure: Media<"text/plain"> };
  /** The process lives. */
  "GET /healthz": { answer: Healthy };
  "GET /console/api/healthz": { answer: Healthy };
  "GET /traces/health": { answer: Healthy };
  /** It can serve: database and object store answer. */
  "GET /ready": { answer: Healthy; answers: { 503: Healthy | C.ApiError } };
  "GET /console/api/ready": { answer: Healthy; answers: { 503: Healthy | C.ApiError } };
  /** For Prometheus, where `STEELYARD_METRICS_ON_MAIN` is on. */
  "GET /metrics": { answer: Media<"text/plain"> };
}
