import { cx } from "@/lib/class-names";
import styles from "./code-block.module.css";
import { CopyButton } from "./copy-button";

/** Text to read or run as it stands, with a copy button. `wrap` for long single lines such as keys. */
export const CodeBlock = ({ text, name, wrap = false }: { text: string; name?: string; wrap?: boolean }) => (
  <div className={styles.block}>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
    <pre className={cx(styles.text, wrap && styles.wrap)} tabIndex={0}>
      {text}
    </pre>
    <div className={styles.copy}>
      <CopyButton text={text} {...(name !== undefined && { name })} />
    </div>
  </div>
);
