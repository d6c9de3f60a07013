import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode, TableHTMLAttributes, ThHTMLAttributes } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import styles from "./table.module.css";

/** A plain table that scrolls sideways inside its own frame. For long or wide ones use a virtual list. */
export const Table = ({ label, children, ...rest }: TableHTMLAttributes<HTMLTableElement> & { label: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  <section className={styles.frame} aria-label={label} tabIndex={0}>
    <table className={styles.table} {...rest}>
      {children}
    </table>
  </section>
);

interface HeadProps extends ThHTMLAttributes<HTMLTableCellElement> {
  numeric?: boolean;
  /** given: the head is a button that sorts */
  sort?: "ascending" | "descending" | "none";
  onSort?: () => void;
  children?: ReactNode;
}

export function Head({ numeric = false, sort, onSort, children, className, ...rest }: HeadProps) {
  const Arrow = sort === "ascending" ? ArrowUp : ArrowDown;
  return (
    <th scope="col" className={cx(numeric && styles.numeric, className)} {...(sort && { "aria-sort": sort })} {...rest}>
      {onSort ? (
        <button type="button" className={styles.sort} onClick={onSort}>
          {children}
          {sort !== undefined && sort !== "none" && <Arrow aria-hidden />}
        </button>
      ) : (
        children
      )}
    </th>
  );
}

export const Num = ({
  children,
  title,
  className,
}: {
  children: ReactNode;
  title?: string;
  className?: string | undefined;
}) => (
  <td className={cx(styles.numeric, className)} title={title}>
    {children}
  </td>
);

/** The last cell of a row, with what can be done to it. */
export const RowActions = ({ children }: { children: ReactNode }) => <td className={styles.end}>{children}</td>;

/** The head of the column of `RowActions`: named for who does not see that it needs no name. */
export function ActionsHead() {
  const { t } = useTranslation();
  return (
    <Head>
      <span className="visually-hidden">{t("common.actions")}</span>
    </Head>
  );
}
