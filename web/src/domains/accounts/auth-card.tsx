import type { ReactNode } from "react";
import { Mark } from "@/ui/logo";
import styles from "./auth-card.module.css";
import { Banners } from "./banners";

/** The sheet of the pages outside of the app: sign in, sign up, first administrator. */
export const AuthCard = ({
  title,
  text,
  children,
  foot,
}: {
  title: string;
  text?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}) => (
  <>
    <Banners />
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={24} />
          <span>Steelyard</span>
        </div>
        <h1>{title}</h1>
        {text && <p className={styles.text}>{text}</p>}
        {children}
        {foot && <p className={styles.foot}>{foot}</p>}
      </div>
    </main>
  </>
);
