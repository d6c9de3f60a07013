import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { BucketChoice, ListedTeam } from "@/api/contract";
import { UsernameField } from "@/domains/accounts/account-form";
import { BucketField } from "@/domains/accounts/bucket-field";
import styles from "@/domains/admin/admin.module.css";
import { ListPage } from "@/domains/admin/list-page";
import { teamsQuery, useTeamListActions } from "@/domains/admin/queries";
import { useAsked } from "@/domains/admin/use-asked";
import { formatInteger } from "@/lib/number";
import { entityProjectsPath, organizationPath, teamPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { AskDialog } from "@/ui/ask-dialog";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { RelativeTime } from "@/ui/relative-time";
import { ActionsHead, Head, Num, RowActions, Table } from "@/ui/table";

/** Every team of the server. */
export default function TeamsPage() {
  const { t } = useTranslation();
  useTitle(t("admin.teams.title"), t("admin.title"));
  const list = useAsked();
  const { data, error, refetch } = useQuery(teamsQuery(list.asked));
  return (
    <ListPage
      title={t("admin.teams.title")}
      list={list}
      total={data?.total}
      error={error}
      onRetry={() => void refetch()}
      actions={<CreateTeamButton buckets={data?.buckets ?? []} />}
      empty={<EmptyState title={t("admin.teams.none")}>{t("admin.teams.noneText")}</EmptyState>}
    >
      {data && <TeamTable teams={data.teams} />}
    </ListPage>
  );
}

function TeamTable({ teams }: { teams: readonly ListedTeam[] }) {
  const { t } = useTranslation();
  const { remove } = useTeamListActions();
  const inOrganizations = teams.some((team) => team.organization !== null);
  const inBuckets = teams.some((team) => team.bucket !== null);
  return (
    <Table label={t("admin.teams.title")}>
      <thead>
        <tr>
          <Head>{t("admin.teams.name")}</Head>
          {inOrganizations && <Head>{t("admin.teams.organization")}</Head>}
          <Head>{t("admin.teams.admins")}</Head>
          <Head numeric>{t("admin.teams.members")}</Head>
          <Head numeric>{t("admin.teams.services")}</Head>
          <Head numeric>{t("admin.teams.projects")}</Head>
          {inBuckets && <Head>{t("admin.teams.bucket")}</Head>}
          <Head>{t("admin.teams.created")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {teams.map((team) => (
          <tr key={team.name}>
            <td>
              <Link to={teamPath(team.name)}>{team.name}</Link>
            </td>
            {inOrganizations && (
              <td>{team.organization && <Link to={organizationPath(team.organization)}>{team.organization}</Link>}</td>
            )}
            <td>
              <div className={styles.long}>{team.admins.join(", ")}</div>
            </td>
            <Num>{formatInteger(team.members)}</Num>
            <Num>{formatInteger(team.services)}</Num>
            <Num>
              <Link to={entityProjectsPath(team.name)}>{formatInteger(team.projects)}</Link>
            </Num>
            {inBuckets && <td>{team.bucket}</td>}
            <td>
              <RelativeTime at={team.createdAt} />
            </td>
            <RowActions>
              <ConfirmButton
                label={t("admin.teams.delete")}
                question={t("admin.teams.deleteQuestion", { name: team.name })}
                onConfirm={() => remove(team.name)}
              >
                {t("admin.teams.deleteText")}
              </ConfirmButton>
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function CreateTeamButton({ buckets }: { buckets: readonly BucketChoice[] }) {
  const { t } = useTranslation();
  const { create } = useTeamListActions();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        {t("admin.teams.create")}
      </Button>
      {open && (
        <AskDialog
          title={t("admin.teams.create")}
          text={t("admin.teams.createText")}
          action={t("admin.teams.create")}
          onSend={({ username = "", bucket = "" }) => create({ name: username.trim(), bucket })}
          onClose={() => setOpen(false)}
        >
          <UsernameField label={t("admin.teams.name")} />
          <BucketField choices={buckets} />
        </AskDialog>
      )}
    </>
  );
}
