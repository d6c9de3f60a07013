import { useTranslation } from "react-i18next";
import type { AuditLine } from "@/api/contract";
import { detailOf, subjectOf } from "@/domains/audit/told";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Table } from "@/ui/table";
import styles from "./admin-audit.module.css";

export function Lines({ lines }: { lines: readonly AuditLine[] }) {
  const { t } = useTranslation();
  return (
    <Table label={t("audit.title")}>
      <thead>
        <tr>
          <Head>{t("audit.when")}</Head>
          <Head>{t("audit.who")}</Head>
          <Head>{t("audit.what")}</Head>
          <Head>{t("audit.about")}</Head>
          <Head>{t("audit.detail")}</Head>
          <Head>{t("audit.from")}</Head>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Row key={line.id} line={line} />
        ))}
      </tbody>
    </Table>
  );
}

function Row({ line }: { line: AuditLine }) {
  const { t } = useTranslation();
  const refused = line.response_code >= 400;
  const detail = detailOf(line);
  const subject = subjectOf(line);
  return (
    <tr>
      <td>
        <RelativeTime at={line.timestamp} />
      </td>
      <td title={line.actor_email}>
        <Actor line={line} />
        {line.acting_for && <span className={styles.small}>{t("audit.for", { name: line.acting_for })}</span>}
        {line.actor_api_key && <span className={styles.small}>{t("audit.key", { key: line.actor_api_key })}</span>}
      </td>
      <td className={refused ? styles.bad : undefined}>
        <code>{line.action}</code>
        {refused && <span className={styles.small}>{t("audit.refused", { code: line.response_code })}</span>}
      </td>
      <td className={styles.long} title={subject}>
        {subject}
      </td>
      <td className={styles.long} title={detail}>
        {detail}
      </td>
      <td title={line.cli_version}>{line.actor_ip ?? ""}</td>
    </tr>
  );
}

/** A name; of an account that was forgotten its place; of nobody, who that is: the command line, or not signed in. */
function Actor({ line }: { line: AuditLine }) {
  const { t } = useTranslation();
  if (line.actor_username) return line.actor_username;
  if (line.actor_user_id) return t("audit.forgotten");
  return <span className={styles.muted}>{line.actor_ip ? t("audit.nobody") : t("audit.command")}</span>;
}
