import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Issuer } from "@/api/contract";
import styles from "@/domains/admin/admin.module.css";
import { useFederationActions } from "@/domains/admin/federation";
import { adminPath } from "@/lib/paths";
import { ConfirmButton } from "@/ui/confirm-button";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";

/** The accounts that an issuer's subjects name. */
export function SubjectTable({ issuer }: { issuer: Issuer }) {
  const { t } = useTranslation();
  const { unbind } = useFederationActions();
  if (issuer.subjects.length === 0)
    return (
      <p className={styles.text}>
        {issuer.byEmail ? t("admin.federation.noSubjectsByEmail") : t("admin.federation.noSubjects")}
      </p>
    );
  return (
    <>
      <Table label={t("admin.federation.subjects", { issuer: issuer.issuer })}>
        <thead>
          <tr>
            <Head>{t("admin.federation.subject")}</Head>
            <Head>{t("admin.federation.account")}</Head>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>
          {issuer.subjects.map(({ id, subject, username }) => (
            <tr key={id}>
              <td>
                <div className={styles.long}>
                  <code>{subject}</code>
                </div>
              </td>
              <td>
                <Link to={`${adminPath("users")}?search=${encodeURIComponent(username)}`}>{username}</Link>
              </td>
              <RowActions>
                <ConfirmButton
                  label={t("admin.federation.unbind")}
                  question={t("admin.federation.unbindQuestion", { subject })}
                  onConfirm={() => unbind({ id: issuer.id, subject: id })}
                >
                  {t("admin.federation.unbindText", { username })}
                </ConfirmButton>
              </RowActions>
            </tr>
          ))}
        </tbody>
      </Table>
      {issuer.moreSubjects && (
        <p className={styles.text}>{t("admin.federation.more", { count: issuer.subjects.length })}</p>
      )}
    </>
  );
}
