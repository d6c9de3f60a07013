import { useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Team } from "@/api/contract";
import { teamQuery } from "@/domains/accounts/team";
import { isAbsent } from "@/lib/failure";
import { entityPath, readName, teamPartPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { TabFrame } from "@/ui/tab-frame";
import NotFoundPage from "../not-found";
import { People } from "./people";
import { Secrets } from "./secrets";
import { Services } from "./services";
import { Settings } from "./settings";
import { Usage } from "./usage";

// by the last segment of their address
const PARTS = {
  "": { word: "people", Part: People },
  "service-accounts": { word: "services", Part: Services },
  secrets: { word: "secrets", Part: Secrets },
  usage: { word: "usage", Part: Usage },
  settings: { word: "settings", Part: Settings },
} as const satisfies Record<string, { word: string; Part: ComponentType<{ team: Team }> }>;

const isPart = (part: string): part is keyof typeof PARTS => Object.hasOwn(PARTS, part);

/** A team for those who belong to it; for who decides about it, all that can be decided. */
export default function TeamPage() {
  const { t } = useTranslation();
  const { team, part = "" } = useParams();
  const name = readName(team);
  useTitle(t("accounts.team.title", { team: name }));
  const { data, error, refetch } = useQuery(teamQuery(name));
  if (isAbsent(error) || !isPart(part)) return <NotFoundPage />;
  const { Part, word } = PARTS[part];
  const tabs = Object.entries(PARTS).map(([path, one]) => ({
    to: teamPartPath(name, path),
    label: t(`accounts.team.nav.${one.word}`),
    end: path === "",
  }));
  return (
    <TabFrame label={t("accounts.team.parts")} tabs={tabs} heading={<Link to={entityPath(name)}>{name}</Link>}>
      {data ? (
        <Part team={data} />
      ) : (
        <Page title={t(`accounts.team.nav.${word}`)} nested>
          {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
        </Page>
      )}
    </TabFrame>
  );
}
