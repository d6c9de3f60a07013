import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import styles from "./editable-markdown.module.css";
import { TextArea } from "./field";
import { useForm } from "./form";
import { FormError } from "./form-error";
import { IconButton } from "./icon-button";
import { Markdown } from "./markdown";

interface EditableMarkdownProps {
  text: string;
  /** heads the text, and names the field */
  title: string;
  /** said where there is no text */
  empty: string;
  canEdit: boolean;
  /** the name of the button that opens the editor */
  edit: string;
  onSave: (text: string) => Promise<unknown>;
}

/** People's text, shown as markdown and edited in place. */
export function EditableMarkdown({ text, title, empty, canEdit, edit, onSave }: EditableMarkdownProps) {
  const [editing, setEditing] = useState(false);
  return (
    <section className={styles.box}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {canEdit && !editing && (
          <IconButton label={edit} icon={<Pencil aria-hidden />} onClick={() => setEditing(true)} />
        )}
      </div>
      {editing ? (
        <MarkdownForm text={text} title={title} onSave={onSave} onClose={() => setEditing(false)} />
      ) : text ? (
        <Markdown text={text} />
      ) : (
        <p className={styles.empty}>{empty}</p>
      )}
    </section>
  );
}

interface MarkdownFormProps extends Pick<EditableMarkdownProps, "text" | "title" | "onSave"> {
  onClose: () => void;
}

/** The editor alone, for a text that has no heading of its own. Escape gives up. */
export function MarkdownForm({ text, title, onSave, onClose }: MarkdownFormProps) {
  const { t } = useTranslation();
  const { busy, error, onSubmit } = useForm(async ({ text: next = "" }) => {
    if (next.trim() !== text) await onSave(next.trim());
    onClose();
  });
  return (
    <form className={styles.box} onSubmit={onSubmit}>
      <TextArea
        name="text"
        aria-label={title}
        defaultValue={text}
        rows={8}
        autoFocus
        onKeyDown={(event) => event.key === "Escape" && onClose()}
      />
      <FormError>{error}</FormError>
      <div className={styles.buttons}>
        <Button type="submit" look="primary" busy={busy}>
          {t("common.save")}
        </Button>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
