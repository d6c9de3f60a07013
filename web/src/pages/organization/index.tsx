import { useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Organization } from "@/api/contract";
import { organizationQuery } from "@/domains/accounts/organization";
import { isAbsent } from "@/lib/failure";
import { organizationPath, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { Badge } from "@/ui/badge";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { TabFrame } from "@/ui/tab-frame";
import NotFoundPage from "../not-found";
import RegistriesPage from "../registries";
import { Activity } from "./activity";
import { People } from "./people";
import { Roles } from "./roles";
import { Services } from "./services";
import { Teams } from "./teams";
import { Usage } from "./usage";

// by the last segment of their address
const PARTS = {
  "": { word: "people", Part: People },
  teams: { word: "teams", Part: Teams },
  "service-accounts": { word: "services", Part: Services },
  roles: { word: "roles", Part: Roles },
  registry: { word: "registries", Part: RegistriesPage },
  usage: { word: "usage", Part: Usage },
  activity: { word: "activity", Part: Activity },
} as const satisfies Record<string, { word: string; Part: ComponentType<{ organization: Organization }> }>;

const isPart = (part: string): part is keyof typeof PARTS => Object.hasOwn(PARTS, part);

/** An organization, for whom it concerns: its people, teams, service accounts, registries, what they use and when. */
export default function OrganizationPage() {
  const { t } = useTranslation();
  const { org, part = "" } = useParams();
  const name = readName(org);
  useTitle(t("organizations.title", { name }));
  const { data, error, refetch } = useQuery(organizationQuery(name));
  if (isAbsent(error) || !isPart(part)) return <NotFoundPage />;
  const { Part, word } = PARTS[part];
  const tabs = Object.entries(PARTS)
    .filter(([path]) => path !== "activity" || data?.activity)
    .map(([path, one]) => ({
      to: organizationPath(name, path),
      label: t(`organizations.nav.${one.word}`),
      end: path === "",
    }));
  return (
    <TabFrame
      label={t("organizations.parts")}
      tabs={tabs}
      heading={
        <>
          {name} <Badge>{t("organizations.kind")}</Badge>
        </>
      }
    >
      {data ? (
        <Part organization={data} />
      ) : (
        <Page title={t(`organizations.nav.${word}`)} nested>
          {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
        </Page>
      )}
    </TabFrame>
  );
}
