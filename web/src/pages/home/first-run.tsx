import { useTranslation } from "react-i18next";
import { CreateKeyButton } from "@/domains/accounts/key-dialog";
import { useLoginCommand } from "@/domains/accounts/new-key";
import { CodeBlock } from "@/ui/code-block";
import styles from "./first-run.module.css";

const SCRIPT = `import random, wandb

with wandb.init(project="first-steps", config={"lr": 0.01}) as run:
    for step in range(100):
        run.log({"loss": 1 / (step + 1) + random.random() / 10})
`;

/** Three steps to the first run; the page around it notices when it arrives. */
export function FirstRun() {
  const { t } = useTranslation();
  const login = useLoginCommand();
  return (
    <section className={styles.start}>
      <h2>{t("home.start.title")}</h2>
      <p className={styles.text}>{t("home.start.text")}</p>
      <ol className={styles.steps}>
        <li>
          <h3>{t("home.start.install")}</h3>
          <CodeBlock text="pip install wandb" name={t("home.start.copyInstall")} />
        </li>
        <li>
          <h3>{t("home.start.login")}</h3>
          <CodeBlock text={login} name={t("home.start.copyLogin")} wrap />
          <div className={styles.key}>
            <span className={styles.text}>{t("home.start.loginText")}</span>
            <CreateKeyButton look="plain" label={t("home.start.key")} />
          </div>
        </li>
        <li>
          <h3>{t("home.start.script")}</h3>
          <CodeBlock text={SCRIPT} name={t("home.start.copyScript")} />
        </li>
      </ol>
      <p className={styles.waiting} role="status">
        <span className={styles.dot} aria-hidden />
        {t("home.start.waiting")}
      </p>
    </section>
  );
}
