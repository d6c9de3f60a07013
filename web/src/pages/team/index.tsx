import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { MemberTable } from "@/domains/accounts/member-table";
import { useUser } from "@/domains/accounts/session";
import { teamQuery } from "@/domains/accounts/team";
import { AddMemberButton, AddServiceButton } from "@/domains/accounts/team-dialogs";
import { isAbsent } from "@/lib/failure";
import { entityPath, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import NotFoundPage from "../not-found";

/** Who belongs to a team, and as what. */
export default function TeamPage() {
  const { t } = useTranslation();
  const name = readName(useParams().team);
  useTitle(t("accounts.team.title", { team: name }));
  const { username } = useUser();
  const { data, error, refetch } = useQuery(teamQuery(name));
  if (isAbsent(error)) return <NotFoundPage />;
  const actions = data?.canManage && (
    <>
      <AddMemberButton team={name} />
      <AddServiceButton team={name} />
    </>
  );
  return (
    <Page
      title={t("accounts.team.title", { team: name })}
      aside={<Link to={entityPath(name)}>{t("accounts.team.projects")}</Link>}
      actions={actions}
    >
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <MemberTable team={data} self={username} />}
    </Page>
  );
}
