import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { appPath, get } from "@/api/client";
import type { CompatArea, CompatCell, CompatPage } from "@/api/contract";
import { useTitle } from "@/lib/title";
import { Badge } from "@/ui/badge";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";
import styles from "./compat.module.css";

const compatQuery = queryOptions({
  queryKey: ["compat"],
  queryFn: ({ signal }) => get<CompatPage>(appPath("compat"), signal),
});

/** What this server can do for clients: capabilities, tested versions, and what is not there yet. */
export default function CompatibilityPage() {
  const { t } = useTranslation();
  useTitle(t("compat.title"));
  const { data, error, refetch } = useQuery(compatQuery);
  if (!data)
    return (
      <Page title={t("compat.title")}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={12} />}
      </Page>
    );
  return (
    <Page title={t("compat.title")}>
      <p className={styles.text}>{t("compat.text", { version: data.version })}</p>
      <section className={styles.section}>
        <h2>{t("compat.tested")}</h2>
        <p className={styles.text}>{t("compat.testedText")}</p>
        {data.engines.map((engine) => (
          <Tested key={engine} engine={engine} versions={data.versions} areas={data.areas} />
        ))}
      </section>
      <section className={styles.section}>
        <h2>{t("compat.features")}</h2>
        <p className={styles.text}>{t("compat.featuresText")}</p>
        <Features features={data.features} />
      </section>
      <section className={styles.section}>
        <h2>{t("compat.unsupported")}</h2>
        <p className={styles.text}>{t("compat.unsupportedText")}</p>
        <Unsupported rows={data.unsupported} />
      </section>
    </Page>
  );
}

function Tested({
  engine,
  versions,
  areas,
}: {
  engine: string;
  versions: readonly string[];
  areas: readonly CompatArea[];
}) {
  const { t } = useTranslation();
  const title = t(`compat.engines.${engine as "sqlite" | "mysql_s3"}`);
  return (
    <>
      <h3>{title}</h3>
      <Table label={title}>
        <thead>
          <tr>
            <Head>{t("compat.area")}</Head>
            {versions.map((version) => (
              <Head key={version} numeric>
                {version}
              </Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {areas.map(({ name, results }) => (
            <tr key={name}>
              <td>{name}</td>
              {versions.map((version) => (
                <Cell key={version} cell={results[engine]?.[version]} />
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}

/** The sign says what the colour says. */
function Cell({ cell }: { cell: CompatCell | undefined }) {
  const { t } = useTranslation();
  const { passed = 0, failed = 0, skipped = 0, reason = "" } = cell ?? {};
  if (failed > 0)
    return (
      <Num className={styles.failed} title={t("compat.failed", { failed, all: failed + passed })}>
        ✗ {failed}
      </Num>
    );
  if (passed > 0)
    return (
      <Num className={styles.passed} title={t("compat.passed", { count: passed })}>
        ✓ {passed}
      </Num>
    );
  return (
    <Num className={styles.nothing} {...(skipped > 0 && { title: t("compat.skipped", { reason }) })}>
      {skipped > 0 && "–"}
    </Num>
  );
}

function Features({ features }: Pick<CompatPage, "features">) {
  const { t } = useTranslation();
  return (
    <Table label={t("compat.features")}>
      <thead>
        <tr>
          <Head>{t("compat.state")}</Head>
          <Head>{t("compat.feature")}</Head>
          <Head>{t("compat.reason")}</Head>
        </tr>
      </thead>
      <tbody>
        {features.map(({ name, on, switchedOff, reason }) => (
          <tr key={name}>
            <td>
              {on ? (
                <Badge tone="good">{t("compat.on")}</Badge>
              ) : (
                <Badge tone={switchedOff ? "warn" : "plain"}>
                  {t(switchedOff ? "compat.switchedOff" : "compat.off")}
                </Badge>
              )}
            </td>
            <td>
              <code>{name}</code>
            </td>
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Unsupported({ rows }: { rows: CompatPage["unsupported"] }) {
  const { t } = useTranslation();
  return (
    <Table label={t("compat.unsupported")}>
      <thead>
        <tr>
          <Head>{t("compat.area")}</Head>
          <Head>{t("compat.operations")}</Head>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ area, operations }) => (
          <tr key={area}>
            <td>{area}</td>
            <td>
              <div className={styles.operations}>
                {operations.map((name) => (
                  <code key={name}>{name}</code>
                ))}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
