import { useTranslation } from "react-i18next";
import type { NewApiKey } from "@/api/contract";
import { CodeBlock } from "@/ui/code-block";
import styles from "./new-key.module.css";
import { useSession } from "./session";

/** The command that signs the client in to this server. */
export const loginCommand = (publicUrl: string): string => `wandb login --host=${publicUrl}`;

/** The address people reach this server at, as it was told; else the one in the address bar. */
export const usePublicUrl = (): string => useSession().data?.publicUrl || location.origin;

/** A key that was just made: the only time it is readable. */
export function NewKey({ created }: { created: NewApiKey }) {
  const { t } = useTranslation();
  const publicUrl = usePublicUrl();
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
        <CodeBlock text={loginCommand(publicUrl)} name={t("accounts.key.copyCommand")} wrap />
      </section>
    </div>
  );
}
