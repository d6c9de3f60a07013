import type { ReactNode } from "react";
import { CopyButton } from "./copy-button";
import styles from "./facts.module.css";

/** Labelled values side by side; those without a value (null, "") are left out. */
export const Facts = ({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) => (
  <dl className={styles.facts}>
    {facts.map(
      ([label, value]) =>
        value !== null &&
        value !== "" && (
          <div key={label} className={styles.fact}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
    )}
  </dl>
);

/** An id, digest or path: on one line, whole in its title and in what is copied. */
export const CodeFact = ({ text }: { text: string }) => (
  <span className={styles.code}>
    <code title={text}>{text}</code>
    <CopyButton text={text} />
  </span>
);
