import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import type { Team } from "@/api/contract";
import { InvitationTable } from "@/domains/accounts/invitation-table";
import { MemberTable } from "@/domains/accounts/member-table";
import { useUser } from "@/domains/accounts/session";
import { teamQuery, useTeamActions } from "@/domains/accounts/team";
import { AddMemberButton, AddServiceButton } from "@/domains/accounts/team-dialogs";
import { isAbsent } from "@/lib/failure";
import { entityPath, entityStoragePath, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { ConfirmButton } from "@/ui/confirm-button";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import NotFoundPage from "../not-found";
import styles from "./team.module.css";

/** Who belongs to a team, and as what; for who decides about it, all that can be decided. */
export default function TeamPage() {
  const { t } = useTranslation();
  const name = readName(useParams().team);
  useTitle(t("accounts.team.title", { team: name }));
  const { data, error, refetch } = useQuery(teamQuery(name));
  if (isAbsent(error)) return <NotFoundPage />;
  return (
    <Page
      title={t("accounts.team.title", { team: name })}
      aside={
        <>
          <Link to={entityPath(name)}>{t("accounts.team.projects")}</Link>
          <Link to={entityStoragePath(name)}>{t("accounts.team.usage")}</Link>
        </>
      }
    >
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <People team={data} />}
    </Page>
  );
}

function People({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { username } = useUser();
  const people = team.members.filter((member) => !member.service);
  const services = team.members.filter((member) => member.service);
  const table = (label: string, members: Team["members"]) => (
    <MemberTable team={team} members={members} label={label} self={username} />
  );
  return (
    <>
      <Section title={t("accounts.team.members")} action={team.canManage && <AddMemberButton team={team.name} />}>
        {table(t("accounts.team.members"), people)}
      </Section>
      {team.invitations.length > 0 && (
        <Section title={t("accounts.team.invitations")}>
          <InvitationTable team={team} />
        </Section>
      )}
      {(team.canManage || services.length > 0) && (
        <Section title={t("accounts.team.services")} action={team.canManage && <AddServiceButton team={team.name} />}>
          <p className={styles.text}>{t("accounts.team.servicesText")}</p>
          {services.length > 0 && table(t("accounts.team.services"), services)}
        </Section>
      )}
      {team.canManage && <DeleteTeam team={team.name} />}
    </>
  );
}

function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {action}
      </header>
      {children}
    </section>
  );
}

function DeleteTeam({ team }: { team: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { deleteTeam } = useTeamActions(team);
  const remove = async () => {
    await deleteTeam();
    toast.good(t("accounts.team.deleted", { team }));
    void navigate("/home");
  };
  return (
    <div>
      <ConfirmButton
        label={t("accounts.team.delete")}
        question={t("admin.teams.deleteQuestion", { name: team })}
        onConfirm={remove}
      >
        {t("accounts.team.deleteText")}
      </ConfirmButton>
    </div>
  );
}
