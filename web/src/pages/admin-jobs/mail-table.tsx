import { useTranslation } from "react-i18next";
import type { UnsentMail } from "@/api/contract";
import styles from "@/domains/admin/admin.module.css";
import { useSendAgain } from "@/domains/admin/queries";
import { formatInteger } from "@/lib/number";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { useFailureText } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { ActionsHead, Head, Num, RowActions, Table } from "@/ui/table";
import { toast } from "@/ui/toast";

/** Messages that were refused or have failed so far. */
export function MailTable({ mail }: { mail: readonly UnsentMail[] }) {
  const { t } = useTranslation();
  const sendAgain = useSendAgain();
  const failureText = useFailureText();
  const again = (id: string) =>
    sendAgain(id)
      .then(() => toast.good(t("admin.jobs.sentAgain")))
      .catch((failure: unknown) => toast.bad(failureText(failure)));
  return (
    <Table label={t("admin.jobs.mail")}>
      <thead>
        <tr>
          <Head>{t("admin.jobs.to")}</Head>
          <Head>{t("admin.jobs.subject")}</Head>
          <Head>{t("admin.jobs.written")}</Head>
          <Head numeric>{t("admin.jobs.attempts")}</Head>
          <Head>{t("admin.jobs.error")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {mail.map((item) => (
          <tr key={item.id}>
            <td>
              {item.recipient} {item.refused && <Badge tone="bad">{t("admin.jobs.refused")}</Badge>}
            </td>
            <td>
              <div className={styles.long}>{item.subject}</div>
            </td>
            <td>
              <RelativeTime at={item.createdAt} />
            </td>
            <Num>{formatInteger(item.attempts)}</Num>
            <td>
              <div className={styles.long}>{item.error}</div>
            </td>
            <RowActions>
              <Button size="small" onClick={() => void again(item.id)}>
                {t("admin.jobs.again")}
              </Button>
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
