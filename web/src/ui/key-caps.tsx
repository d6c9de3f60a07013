import styles from "./key-caps.module.css";
import { keyCaps } from "./shortcuts";

/** A shortcut drawn as keys. */
export const KeyCaps = ({ keys }: { keys: string }) => (
  <span className={styles.caps}>
    {keyCaps(keys).map((cap) => (
      <kbd key={cap} className={styles.cap}>
        {cap}
      </kbd>
    ))}
  </span>
);
