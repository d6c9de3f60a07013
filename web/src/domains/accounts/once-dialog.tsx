import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { Dialog } from "@/ui/dialog";
import styles from "./people.module.css";

/** A link or a key that the server tells only once. */
export interface Once {
  title: string;
  text: string;
  secret: string;
}

/** Shows it until it is closed. */
export function OnceDialog({ once, onClose }: { once: Once; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={once.title}
      actions={
        <Button look="primary" onClick={onClose}>
          {t("accounts.key.done")}
        </Button>
      }
    >
      <div className={styles.link}>
        <p>{once.text}</p>
        <CodeBlock text={once.secret} name={t("accounts.team.copy")} wrap />
      </div>
    </Dialog>
  );
}
