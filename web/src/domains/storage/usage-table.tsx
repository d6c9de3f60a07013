import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Usage } from "@/api/contract";
import { formatBytes } from "@/lib/number";
import { Head, Num, Table } from "@/ui/table";
import { Share } from "./share";
import styles from "./storage.module.css";

export interface UsageRow {
  key: string;
  name: ReactNode;
  usage: Usage;
}
type Column = "totalBytes" | "versionBytes" | "fileBytes" | "historyBytes";

/** Who takes how much, of what kind; the largest first, by whichever column is asked for. */
export function UsageTable({
  label,
  head,
  rows,
  total,
}: {
  label: string;
  head: string;
  rows: UsageRow[];
  total: number;
}) {
  const { t } = useTranslation();
  const [by, setBy] = useState<Column>("totalBytes");
  const columns: readonly (readonly [Column, string])[] = [
    ["totalBytes", t("storage.total")],
    ["versionBytes", t("storage.versions")],
    ["fileBytes", t("storage.files")],
    ["historyBytes", t("storage.history")],
  ];
  const sorted = rows.toSorted((one, other) => other.usage[by] - one.usage[by]);
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Head>{head}</Head>
          <Head className={styles.wide}>
            <span className="visually-hidden">{t("storage.shareHead")}</span>
          </Head>
          {columns.map(([column, text]) => (
            <Head key={column} numeric sort={by === column ? "descending" : "none"} onSort={() => setBy(column)}>
              {text}
            </Head>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ key, name, usage }) => (
          <tr key={key}>
            <td className={styles.name}>{name}</td>
            <Share bytes={usage.totalBytes} of={total} />
            {columns.map(([column]) => (
              <Num key={column}>{formatBytes(usage[column])}</Num>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
