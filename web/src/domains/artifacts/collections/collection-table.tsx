import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CollectionRow } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Num, Table } from "@/ui/table";
import styles from "../artifacts.module.css";

// what changed last is what people come for; the list at the left has all of them
const ROWS = 200;

interface CollectionTableProps {
  entity: string;
  project: string;
  collections: readonly CollectionRow[];
  withType: boolean;
}

/** Collections in the given order, with their newest version. */
export function CollectionTable({ entity, project, collections, withType }: CollectionTableProps) {
  const { t } = useTranslation();
  return (
    <>
      <Table label={t("artifacts.nav")}>
        <thead>
          <tr>
            <Head>{t("artifacts.collection")}</Head>
            {withType && <Head>{t("artifacts.type")}</Head>}
            <Head numeric>{t("artifacts.versions")}</Head>
            <Head>{t("artifacts.latest")}</Head>
            <Head>{t("artifacts.updated")}</Head>
          </tr>
        </thead>
        <tbody>
          {collections.slice(0, ROWS).map(({ type, name, versionCount, latest, updatedAt }) => (
            <tr key={`${type}/${name}`}>
              <td className={styles.name} title={name}>
                <Link to={artifactPath(entity, project, type, name)}>{name}</Link>
              </td>
              {withType && <td className={styles.muted}>{type}</td>}
              <Num>{formatInteger(versionCount)}</Num>
              <td>
                {latest === null ? (
                  t("common.none")
                ) : (
                  <Link to={artifactPath(entity, project, type, name, latest)}>{latest}</Link>
                )}
              </td>
              <td>
                <RelativeTime at={updatedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {collections.length > ROWS && (
        <p className={styles.muted}>{t("common.firstOf", { shown: ROWS, count: collections.length })}</p>
      )}
    </>
  );
}
