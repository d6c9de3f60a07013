import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { Checkbox } from "@/ui/field";
import { Head, Table } from "@/ui/table";
import styles from "./compare.module.css";
import { diffMetadata, type MetadataRow } from "./metadata-diff";

const ROWS = 1000;

interface MetadataChangesProps {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** The metadata of both, value beside value. */
export function MetadataChanges({ before, after }: MetadataChangesProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const rows = useMemo(() => diffMetadata(before, after), [before, after]);
  const changed = rows.filter(({ same }) => !same);
  const shown = all ? rows : changed;
  return (
    <section className={styles.section}>
      <div className={styles.heading}>
        <h2>{t("artifacts.compare.metadataTitle")}</h2>
        {changed.length < rows.length && (
          <Checkbox
            label={t("artifacts.compare.onlyChanged")}
            checked={!all}
            onChange={(event) => setAll(!event.target.checked)}
          />
        )}
      </div>
      {changed.length === 0 && <p className={styles.muted}>{t("artifacts.compare.metadataSame")}</p>}
      {shown.length > 0 && (
        <Table label={t("artifacts.compare.metadataTitle")}>
          <thead>
            <tr>
              <Head>{t("artifacts.compare.key")}</Head>
              <Head>{t("artifacts.compare.before")}</Head>
              <Head>{t("artifacts.compare.after")}</Head>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, ROWS).map((row, index) => (
              <Row key={index} row={row} />
            ))}
          </tbody>
        </Table>
      )}
      {shown.length > ROWS && (
        <p className={styles.muted}>{t("common.firstOf", { shown: ROWS, count: shown.length })}</p>
      )}
    </section>
  );
}

function Row({ row: { key, before, after, same } }: { row: MetadataRow }) {
  return (
    <tr>
      <td className={styles.key}>{key}</td>
      <Value text={before} look={!same && styles.removed} />
      <Value text={after} look={!same && styles.added} />
    </tr>
  );
}

const Value = ({ text, look }: { text: string | undefined; look: string | false | undefined }) => (
  <td className={cx(styles.value, text !== undefined && look)}>{text ?? <span className={styles.muted}>–</span>}</td>
);
