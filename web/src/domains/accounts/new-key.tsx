import { useTranslation } from "react-i18next";
import type { NewApiKey } from "@/api/contract";
import { CodeBlock } from "@/ui/code-block";
import styles from "./new-key.module.css";
import { useSession } from "./session";

/** What signs the client in to this server, with what makes it trust a private authority where there is one. */
export function useLoginCommand(): string {
  const { data } = useSession();
  const login = `wandb login --host=${data?.publicUrl || location.origin}`;
  if (!data?.authority) return login;
  const file = "$HOME/wandb-authority.pem";
  return [
    `cat > ${file} <<'END'`,
    data.authority.trim(),
    "END",
    `export SSL_CERT_FILE=${file} REQUESTS_CA_BUNDLE=${file}`,
    login,
  ].join("\n");
}

/** A key that was just made: the only time it is readable. */
export function NewKey({ created }: { created: NewApiKey }) {
  const { t } = useTranslation();
  const login = useLoginCommand();
  return (
    <div className={styles.steps}>
      <section>
        <h2>{t("accounts.key.secret")}</h2>
        <p className={styles.note}>{t("accounts.key.once")}</p>
        <CodeBlock text={created.secret} name={t("accounts.key.copy")} wrap />
      </section>
      <section>
        <h2>{t("accounts.key.use")}</h2>
        <p className={styles.note}>{t("accounts.key.useText")}</p>
        <CodeBlock text={login} name={t("accounts.key.copyCommand")} wrap />
      </section>
    </div>
  );
}
