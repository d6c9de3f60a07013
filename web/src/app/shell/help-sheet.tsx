import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui/dialog";
import { Checkbox } from "@/ui/field";
import { KeyCaps } from "@/ui/key-caps";
import { useShortcuts } from "@/ui/shortcuts";
import styles from "./help-sheet.module.css";

/** The shortcuts that work on the page behind it. */
export function HelpSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation();
  const { active, singleKeys, setSingleKeys } = useShortcuts();
  const seen = new Map(active.map(({ shortcut }) => [shortcut.keys, shortcut.label]));
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("shell.help.title")} description={t("shell.help.text")}>
      <dl className={styles.list}>
        {[...seen].map(([keys, label]) => (
          <div key={keys} className={styles.row}>
            <dt>{label}</dt>
            <dd>
              <KeyCaps keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <Checkbox
        label={t("shell.help.singleKeys")}
        checked={singleKeys}
        onChange={(event) => setSingleKeys(event.target.checked)}
      />
    </Dialog>
  );
}
