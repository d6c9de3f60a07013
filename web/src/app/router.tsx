/** Every address of the app and the page that answers it. Pages load when they are first visited. */
import type { ComponentType } from "react";
import { createBrowserRouter, Navigate, type RouteObject, useLocation, useParams } from "react-router";
import { projectPath, RESERVED_PROJECT_PAGES, readName, runPath } from "@/lib/paths";
import NotFoundPage from "@/pages/not-found";
import { loadPage, PageFailure } from "./page-failure";
import { AdminFrame } from "./shell/admin-frame";
import { ProjectFrame } from "./shell/project-frame";
import { Shell } from "./shell/shell";
import { MayLook, SignedIn } from "./signed-in";

type PageModule = Promise<{ default: ComponentType }>;
const page = (path: string, load: () => PageModule): RouteObject => ({
  path,
  lazy: async () => ({ Component: await loadPage(load) }),
  ErrorBoundary: PageFailure,
});

const workspace = () => import("@/pages/workspace");
const runsTable = () => import("@/pages/runs-table");
const run = () => import("@/pages/run");
const artifacts = () => import("@/pages/artifacts");
const reports = () => import("@/pages/reports");
const sweeps = () => import("@/pages/sweeps");

const team = () => import("@/pages/team");
const organization = () => import("@/pages/organization");
const registries = () => import("@/pages/registries");
const registry = () => import("@/pages/registry");

const projectRoutes: RouteObject[] = [
  page("", workspace),
  page("workspace", workspace),
  page("overview", () => import("@/pages/overview")),
  page("table", runsTable),
  { path: "runs", element: <KeepQuery to={(p) => projectPath(p.entity, p.project, "table")} /> },
  page("runs/:run", run),
  page("runs/:run/:tab/*", run),
  {
    element: <SignedIn />,
    children: [page("trash", () => import("@/pages/trash")), page("storage", () => import("@/pages/storage"))],
  },
  page("sweeps", sweeps),
  page("sweeps/:sweep/*", sweeps),
  page("artifacts/*", artifacts),
  page("reports/*", reports),
  { path: "reportlist", element: <KeepQuery to={(p) => projectPath(p.entity, p.project, "reports")} /> },
  { path: "settings", element: <KeepQuery to={(p) => projectPath(p.entity, p.project, "overview")} /> },
  { path: "jobs", element: <KeepQuery to={(p) => `${projectPath(p.entity, p.project, "artifacts")}/job`} /> },
  { path: ":run", element: <ShortRunAddress /> },
  { path: "*", element: <NotFoundPage /> },
];

const adminRoutes: RouteObject[] = [
  page("", () => import("@/pages/admin-overview")),
  page("users", () => import("@/pages/admin-users")),
  page("teams", () => import("@/pages/admin-teams")),
  page("projects", () => import("@/pages/admin-projects")),
  page("storage", () => import("@/pages/admin-storage")),
  page("federation", () => import("@/pages/admin-federation")),
  page("jobs", () => import("@/pages/admin-jobs")),
  page("audit", () => import("@/pages/admin-audit")),
  page("settings", () => import("@/pages/admin-settings")),
  { path: "*", element: <NotFoundPage /> },
];

/** Pages that need an account; the others are shown to visitors, as far as the server lets them look. */
const signedInRoutes: RouteObject[] = [
  page("home", () => import("@/pages/home")),
  page("compat", () => import("@/pages/compat")),
  page("alerts", () => import("@/pages/alerts")),
  page("authorize", () => import("@/pages/authorize")),
  page("settings", () => import("@/pages/settings")),
  page("settings/storage/:entity", () => import("@/pages/entity-storage")),
  { path: "admin", element: <AdminFrame />, children: adminRoutes },
  page("teams/:team", team),
  page("teams/:team/:part", team),
  page("profile", () => import("@/pages/profile")),
  page("registry", registries),
  page("registry/:name", registry),
  page("orgs/:org", organization),
  page("orgs/:org/:part", organization),
  page("orgs/:org/registry/:name", registry),
  page(":entity/registry/:name", registry),
  page(":entity", () => import("@/pages/entity")),
  page(":entity/projects", () => import("@/pages/projects")),
  { path: "*", element: <NotFoundPage /> },
];

export const routes: RouteObject[] = [
  {
    ErrorBoundary: PageFailure,
    HydrateFallback: () => null,
    children: [
      { index: true, element: <Navigate to="/home" replace /> },
      page("login", () => import("@/pages/login")),
      { path: "logout", element: <Navigate to="/login" replace /> },
      page("signup", () => import("@/pages/signup")),
      page("setup", () => import("@/pages/setup")),
      page("invite", () => import("@/pages/invite")),
      {
        element: <MayLook />,
        children: [
          {
            element: <Shell />,
            children: [
              { element: <SignedIn />, children: signedInRoutes },
              { path: ":entity/:project", element: <ProjectFrame />, children: projectRoutes },
            ],
          },
        ],
      },
    ],
  },
];

export const createAppRouter = () => createBrowserRouter(routes);

/** Another address of the same page: unknown query parameters stay. */
function KeepQuery({ to }: { to: (names: { entity: string; project: string; run: string }) => string }) {
  const { search, hash } = useLocation();
  const params = useParams();
  const names = { entity: readName(params.entity), project: readName(params.project), run: params.run ?? "" };
  return <Navigate to={to(names) + search + hash} replace />;
}

/** `/:entity/:project/:run`, which the client prints; page names of ours are not runs. */
function ShortRunAddress() {
  const { run: id } = useParams();
  if (!id || RESERVED_PROJECT_PAGES.has(id)) return <NotFoundPage />;
  return <KeepQuery to={(p) => runPath(p.entity, p.project, p.run)} />;
}
