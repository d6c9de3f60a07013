import styles from "./form-error.module.css";

/** Why the form was refused; spoken when it appears. */
export const FormError = ({ children }: { children: string | null }) => (
  <p className={styles.error} role="alert">
    {children}
  </p>
);
