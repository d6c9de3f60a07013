import { useTranslation } from "react-i18next";
import styles from "./storage.module.css";

/** A cell with a bar: how much of all this is. */
export function Share({ bytes, of }: { bytes: number; of: number }) {
  const { t } = useTranslation();
  const percent = of > 0 ? (100 * bytes) / of : 0;
  const text = t("storage.share", { percent: percent > 0 && percent < 1 ? "< 1" : Math.round(percent) });
  return (
    <td className={styles.wide}>
      <span className={styles.bar} role="img" aria-label={text} title={text}>
        <span style={{ width: `${percent}%` }} />
      </span>
    </td>
  );
}
