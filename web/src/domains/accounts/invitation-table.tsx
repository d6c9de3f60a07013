import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Invitation, Team } from "@/api/contract";
import { ConfirmButton } from "@/ui/confirm-button";
import { RelativeTime } from "@/ui/relative-time";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { type Once, OnceDialog } from "./once-dialog";
import styles from "./people.module.css";
import { useTeamActions } from "./team";

/** Addresses that were sent a link and have not followed it. */
export function InvitationTable({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { withdraw, invite } = useTeamActions(team.name);
  const [once, setOnce] = useState<Once | null>(null);
  const renew = async ({ email, role, customRole }: Invitation) => {
    const made = await invite({ email, role: customRole ?? role });
    const text = made.mailed ? t("accounts.team.linkMailed") : t("accounts.team.linkText");
    setOnce({ title: t("accounts.team.link", { email }), text, secret: made.url });
  };
  return (
    <>
      {once && <OnceDialog once={once} onClose={() => setOnce(null)} />}
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
              <td className={styles.name} title={invitation.email}>
                {invitation.email}
              </td>
              <td>{invitation.customRole ?? t(`accounts.role.${invitation.role}`)}</td>
              <td>
                <RelativeTime at={invitation.expiresAt} />
              </td>
              <RowActions>
                <ConfirmButton
                  label={t("accounts.team.newLink")}
                  question={t("accounts.team.newLinkQuestion", { email: invitation.email })}
                  onConfirm={() => renew(invitation)}
                >
                  {t("accounts.team.newLinkText")}
                </ConfirmButton>{" "}
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
    </>
  );
}
