import { useTranslation } from "react-i18next";
import { formatInteger } from "@/lib/number";
import { Button } from "./button";
import styles from "./pager.module.css";

interface PagerProps {
  offset: number;
  size: number;
  total: number;
  onMove: (offset: number) => void;
}

/** Which rows of how many are shown, and the ways to those before and after. One page has no buttons. */
export function Pager({ offset, size, total, onMove }: PagerProps) {
  const { t } = useTranslation();
  const to = Math.min(offset + size, total);
  return (
    <nav className={styles.pager} aria-label={t("admin.page")}>
      <span role="status" className="figures">
        {t("admin.shown", { from: formatInteger(offset + 1), to: formatInteger(to), total: formatInteger(total) })}
      </span>
      {total > size && (
        <>
          <Button size="small" disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - size))}>
            {t("admin.previous")}
          </Button>
          <Button size="small" disabled={to >= total} onClick={() => onMove(offset + size)}>
            {t("admin.next")}
          </Button>
        </>
      )}
    </nav>
  );
}
