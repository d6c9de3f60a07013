import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Organization } from "@/api/contract";
import { UsernameField } from "@/domains/accounts/account-form";
import { BucketField } from "@/domains/accounts/bucket-field";
import { useOrganizationActions } from "@/domains/accounts/organization";
import styles from "@/domains/accounts/people.module.css";
import { formatInteger } from "@/lib/number";
import { teamPath } from "@/lib/paths";
import { AskDialog } from "@/ui/ask-dialog";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Page } from "@/ui/page";
import { Head, Num, Table } from "@/ui/table";

/** The teams of the organization; a reader who may enter one is led to it. */
export function Teams({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const { teams, canManage } = organization;
  return (
    <Page
      title={t("organizations.teams.title")}
      nested
      actions={canManage && <CreateTeamButton organization={organization} />}
    >
      {teams.length === 0 ? (
        <EmptyState title={t("organizations.teams.none")}>
          {canManage ? t("organizations.teams.noneText") : t("organizations.teams.noneReadOnly")}
        </EmptyState>
      ) : (
        <Table label={t("organizations.teams.title")}>
          <thead>
            <tr>
              <Head>{t("organizations.teams.name")}</Head>
              <Head numeric>{t("organizations.teams.people")}</Head>
              <Head numeric>{t("organizations.teams.services")}</Head>
              <Head>{t("organizations.teams.role")}</Head>
            </tr>
          </thead>
          <tbody>
            {teams.map((team) => (
              <tr key={team.name}>
                <td className={styles.name} title={team.name}>
                  {team.role || canManage ? <Link to={teamPath(team.name)}>{team.name}</Link> : team.name}
                </td>
                <Num>{formatInteger(team.members)}</Num>
                <Num>{formatInteger(team.services)}</Num>
                <td>{team.role ? t(`accounts.role.${team.role}`) : t("organizations.teams.outside")}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  );
}

function CreateTeamButton({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const { createTeam } = useOrganizationActions(organization.name);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        {t("organizations.teams.create")}
      </Button>
      {open && (
        <AskDialog
          title={t("organizations.teams.create")}
          text={t("organizations.teams.createText")}
          action={t("organizations.teams.create")}
          onSend={({ username = "", bucket = "" }) => createTeam({ name: username.trim(), bucket })}
          onClose={() => setOpen(false)}
        >
          <UsernameField label={t("organizations.teams.name")} />
          <BucketField choices={organization.buckets} />
        </AskDialog>
      )}
    </>
  );
}
