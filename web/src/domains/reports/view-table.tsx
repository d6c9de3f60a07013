import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ViewHeading } from "@/api/contract";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Table } from "@/ui/table";
import styles from "./reports.module.css";

interface ViewTableProps {
  label: string;
  views: readonly ViewHeading[];
  addressOf: (view: ViewHeading) => string;
}

/** Stored documents in the given order: title, author, when they were last changed. */
export function ViewTable({ label, views, addressOf }: ViewTableProps) {
  const { t } = useTranslation();
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Head>{t("reports.name")}</Head>
          <Head>{t("reports.author")}</Head>
          <Head>{t("reports.updated")}</Head>
        </tr>
      </thead>
      <tbody>
        {views.map((view) => (
          <tr key={view.id}>
            <td className={styles.name} title={view.description || view.title}>
              <Link to={addressOf(view)}>{view.title || t("reports.untitled")}</Link>{" "}
              {view.type === "runs/draft" && <Badge>{t("reports.draft")}</Badge>}{" "}
              {view.locked && <Badge tone="info">{t("reports.locked")}</Badge>}
            </td>
            <td>{view.author ?? t("common.none")}</td>
            <td>
              <RelativeTime at={view.updatedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
