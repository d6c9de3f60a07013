import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewServiceAccount, TeamMember } from "@/api/contract";
import { ConfirmButton } from "@/ui/confirm-button";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { type Once, OnceDialog } from "./once-dialog";
import styles from "./people.module.css";

interface ServiceTableProps {
  place: { name: string; canManage: boolean };
  accounts: readonly TeamMember[];
  renewKey: (account: TeamMember) => Promise<NewServiceAccount>;
  end: (account: TeamMember) => Promise<unknown>;
}

/** The service accounts of a team or an organization. A new key is shown once, and ends the old one. */
export function ServiceTable({ place, accounts, renewKey, end }: ServiceTableProps) {
  const { t } = useTranslation();
  const [once, setOnce] = useState<Once | null>(null);
  const renew = async (account: TeamMember) => {
    const made = await renewKey(account);
    setOnce({
      title: t("accounts.key.created", { name: made.name }),
      text: t("accounts.key.once"),
      secret: made.secret,
    });
  };
  return (
    <>
      {once && <OnceDialog once={once} onClose={() => setOnce(null)} />}
      <Table label={t("accounts.team.services")}>
        <thead>
          <tr>
            <Head>{t("accounts.fields.name")}</Head>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <tr key={account.id}>
              <td className={styles.name}>
                <div className={styles.two}>
                  <span title={account.name}>{account.name}</span>
                  <span className={styles.muted} title={account.username}>
                    {account.username}
                  </span>
                </div>
              </td>
              <RowActions>
                {place.canManage && (
                  <>
                    <ConfirmButton
                      label={t("accounts.service.newKey")}
                      question={t("accounts.service.newKeyQuestion", { name: account.name })}
                      onConfirm={() => renew(account)}
                    >
                      {t("accounts.service.newKeyText")}
                    </ConfirmButton>{" "}
                    <ConfirmButton
                      label={t("accounts.service.end")}
                      question={t("accounts.service.endQuestion", { name: account.name })}
                      onConfirm={() => end(account)}
                    >
                      {t("accounts.team.removeServiceText")}
                    </ConfirmButton>
                  </>
                )}
              </RowActions>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}
