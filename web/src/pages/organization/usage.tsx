import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Organization, OrganizationUsage } from "@/api/contract";
import { organizationUsageQuery } from "@/domains/accounts/organization";
import { Share } from "@/domains/storage/share";
import styles from "@/domains/storage/storage.module.css";
import { formatBytes, formatInteger } from "@/lib/number";
import { entityStoragePath } from "@/lib/paths";
import { formatDuration } from "@/lib/time";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Facts } from "@/ui/facts";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";

/** What the teams of the organization store and have computed. */
export function Usage({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(organizationUsageQuery(organization.name));
  const owners = data?.owners.filter((owner) => owner.kind === "team" || owner.projects > 0);
  return (
    <Page title={t("organizations.usage.title")} nested>
      {!owners && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {owners?.length === 0 && <EmptyState title={t("storage.none")}>{t("storage.noneText")}</EmptyState>}
      {owners && owners.length > 0 && <Owners owners={owners} />}
    </Page>
  );
}

function Owners({ owners }: { owners: OrganizationUsage["owners"] }) {
  const { t } = useTranslation();
  const sum = (of: (owner: OrganizationUsage["owners"][number]) => number) =>
    owners.reduce((total, owner) => total + of(owner), 0);
  const stored = sum((owner) => owner.usage.totalBytes);
  return (
    <>
      <p className={styles.text}>{t("organizations.usage.text")}</p>
      <Facts
        facts={[
          [t("organizations.usage.total"), formatBytes(stored)],
          [t("organizations.usage.compute"), formatDuration(sum((owner) => owner.computeSeconds))],
          [t("organizations.usage.projects"), formatInteger(sum((owner) => owner.projects))],
        ]}
      />
      <Table label={t("organizations.usage.owners")}>
        <thead>
          <tr>
            <Head>{t("organizations.usage.owner")}</Head>
            <Head className={styles.wide}>
              <span className="visually-hidden">{t("storage.shareHead")}</span>
            </Head>
            <Head numeric>{t("organizations.usage.total")}</Head>
            <Head numeric>{t("organizations.usage.compute")}</Head>
            <Head numeric>{t("organizations.usage.projects")}</Head>
          </tr>
        </thead>
        <tbody>
          {owners.map((owner) => (
            <tr key={owner.name}>
              <td className={styles.name} title={owner.name}>
                {owner.kind === "organization" ? (
                  t("organizations.usage.itself")
                ) : (
                  <Link to={entityStoragePath(owner.name)}>{owner.name}</Link>
                )}
              </td>
              <Share bytes={owner.usage.totalBytes} of={stored} />
              <Num>{formatBytes(owner.usage.totalBytes)}</Num>
              <Num>{formatDuration(owner.computeSeconds)}</Num>
              <Num>{formatInteger(owner.projects)}</Num>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}
