import { useTranslation } from "react-i18next";
import type { Team } from "@/api/contract";
import { CodeFact, Facts } from "@/ui/facts";
import { FormError } from "@/ui/form-error";
import styles from "./people.module.css";

/** Where a team keeps its content, if that is a bucket of its own. */
export function TeamBucket({ bucket }: { bucket: Team["bucket"] }) {
  const { t } = useTranslation();
  if (bucket === null) return null;
  return (
    <section className={styles.section}>
      <h2>{t("accounts.bucket.title")}</h2>
      <p className={styles.text}>{t("accounts.bucket.text")}</p>
      {!bucket.there && <FormError>{t("accounts.bucket.takenOut")}</FormError>}
      <Facts
        facts={[
          [t("accounts.bucket.name"), bucket.name],
          [t("accounts.bucket.location"), bucket.location && <CodeFact text={bucket.location} />],
        ]}
      />
    </section>
  );
}
