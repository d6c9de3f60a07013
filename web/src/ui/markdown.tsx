import { lazy, Suspense } from "react";
import styles from "./markdown.module.css";

const Rendered = lazy(() => import("./markdown-rendered"));

/** People's text with GitHub's markdown; no raw HTML, and no picture from another origin. The renderer loads when first needed. */
export const Markdown = ({ text }: { text: string }) => (
  <div className={styles.text}>
    <Suspense fallback={<p className={styles.plain}>{text}</p>}>
      <Rendered text={text} />
    </Suspense>
  </div>
);
