import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams, useSearchParams } from "react-router";
import type { Registry } from "@/api/contract";
import { artifactTypesQuery } from "@/domains/artifacts/queries";
import { registriesQuery, useRegistryActions } from "@/domains/registry/queries";
import { RegistryCollections } from "@/domains/registry/registry-collections";
import { RegistryPeople } from "@/domains/registry/registry-people";
import { RegistrySettings } from "@/domains/registry/registry-settings";
import { RegistryVisibilityBadge } from "@/domains/registry/registry-visibility";
import { isAbsent } from "@/lib/failure";
import { artifactPath, REGISTRIES_PATH, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { EditableMarkdown } from "@/ui/editable-markdown";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { Tabs } from "@/ui/tabs";
import NotFoundPage from "../not-found";

/**
 * One registry. Clients print links to a version of it: `?selectionPath=entity/project/collection&version=v3` leads on to
 * that version's page.
 */
export default function RegistryPage() {
  const params = useParams();
  const [search] = useSearchParams();
  const selected = search.get("selectionPath")?.split("/");
  if (selected?.length === 3) {
    const [entity = "", project = "", collection = ""] = selected;
    return <Selected entity={entity} project={project} collection={collection} version={search.get("version")} />;
  }
  return <Named organization={readName(params.org)} name={readName(params.name)} />;
}

interface SelectedProps {
  entity: string;
  project: string;
  collection: string;
  version: string | null;
}

function Selected({ entity, project, collection, version }: SelectedProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(artifactTypesQuery(entity, project));
  if (isAbsent(error)) return <NotFoundPage />;
  if (!data)
    return (
      <Page title={t("registries.registry")}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
      </Page>
    );
  const type = data.types.find(({ collections }) => collections.some(({ name }) => name === collection));
  if (!type) return <NotFoundPage />;
  const names = [type.name, collection, ...(version ? [version] : [])];
  return <Navigate to={artifactPath(entity, project, ...names)} replace />;
}

function Named({ organization, name }: { organization: string; name: string }) {
  const { t } = useTranslation();
  useTitle(name, t("registries.title"));
  const { data, error, refetch } = useQuery(registriesQuery);
  const registry = data?.registries.find(
    (one) => one.name === name && (!organization || one.organization === organization),
  );
  if (data && !registry) return <NotFoundPage />;
  return (
    <Page
      title={name}
      aside={registry && <RegistryVisibilityBadge visibility={registry.visibility} />}
      actions={<Link to={REGISTRIES_PATH}>{t("registries.all")}</Link>}
    >
      {!registry && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {registry && <Parts registry={registry} />}
    </Page>
  );
}

type Part = "collections" | "people" | "settings";

function Parts({ registry }: { registry: Registry }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const { change } = useRegistryActions(registry);
  const tabs: { value: Part; label: string; content: React.ReactNode }[] = [
    {
      value: "collections",
      label: t("registries.held"),
      content: <RegistryCollections registry={registry} />,
    },
    { value: "people", label: t("registries.people.title"), content: <RegistryPeople registry={registry} /> },
  ];
  if (registry.canManage)
    tabs.push({
      value: "settings",
      label: t("registries.settings"),
      content: <RegistrySettings registry={registry} />,
    });
  const asked = search.get("tab");
  const shown = tabs.find(({ value }) => value === asked)?.value ?? "collections";
  return (
    <>
      <EditableMarkdown
        text={registry.description}
        title={t("registries.about")}
        empty={t("registries.noDescription")}
        canEdit={registry.canWrite}
        edit={t("projects.overview.editDescription")}
        onSave={(description) => change({ description })}
      />
      <Tabs
        label={registry.name}
        value={shown}
        onChange={(tab) => setSearch(tab === "collections" ? {} : { tab }, { replace: true })}
        tabs={tabs}
      />
    </>
  );
}
