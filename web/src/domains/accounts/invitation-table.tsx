import { useTranslation } from "react-i18next";
import type { Team } from "@/api/contract";
import { ConfirmButton } from "@/ui/confirm-button";
import { RelativeTime } from "@/ui/relative-time";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { useTeamActions } from "./team";

/** Addresses that were sent a link and have not followed it. */
export function InvitationTable({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { withdraw } = useTeamActions(team.name);
  return (
    <Table label={t("accounts.team.invitations")}>
      <thead>
        <tr>
          <Head>{t("accounts.team.address")}</Head>
          <Head>{t("accounts.team.role")}</Head>
          <Head>{t("accounts.team.expires")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {team.invitations.map((invitation) => (
          <tr key={invitation.id}>
            <td>{invitation.email}</td>
            <td>{t(`accounts.role.${invitation.role}`)}</td>
            <td>
              <RelativeTime at={invitation.expiresAt} />
            </td>
            <RowActions>
              <ConfirmButton
                label={t("accounts.team.withdraw")}
                question={t("accounts.team.withdrawQuestion", { email: invitation.email })}
                onConfirm={() => withdraw(invitation.id)}
              >
                {t("accounts.team.withdrawText")}
              </ConfirmButton>
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
