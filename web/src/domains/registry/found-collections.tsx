import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { artifactPath, registryPath } from "@/lib/paths";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Table } from "@/ui/table";
import { registrySearchQuery } from "./queries";
import styles from "./registry.module.css";

/** Collections of all registries whose name, tag or alias holds the text. */
export function FoundCollections({ text }: { text: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(registrySearchQuery(text));
  return (
    <section className={styles.part} aria-label={t("artifacts.nav")}>
      <h2>{t("artifacts.nav")}</h2>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={3} />)}
      {data && data.collections.length === 0 && (
        <p className={styles.muted}>{t("registries.nothingFound", { query: text })}</p>
      )}
      {data && data.collections.length > 0 && (
        <Table label={t("artifacts.nav")}>
          <thead>
            <tr>
              <Head>{t("artifacts.collection")}</Head>
              <Head>{t("registries.registry")}</Head>
              <Head>{t("artifacts.type")}</Head>
              <Head>{t("artifacts.updated")}</Head>
            </tr>
          </thead>
          <tbody>
            {data.collections.map((one) => (
              <tr key={`${one.entity}/${one.project}/${one.name}`}>
                <td>
                  <Link to={artifactPath(one.entity, one.project, one.type, one.name)}>{one.name}</Link>
                </td>
                <td>
                  <Link to={registryPath(one.organization, one.registry)}>{one.registry}</Link>
                </td>
                <td className={styles.muted}>{one.type}</td>
                <td>
                  <RelativeTime at={one.updatedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}
