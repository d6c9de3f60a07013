/** The name, tags and notes of a run, changed in the table. What was saved can be taken back. */
import { Pencil } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "@/api/contract";
import { Button } from "@/ui/button";
import { ChipEditor } from "@/ui/chip-editor";
import { useFailureText } from "@/ui/error-state";
import { Input, TextArea } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { IconButton } from "@/ui/icon-button";
import { Popover } from "@/ui/popover";
import { toast } from "@/ui/toast";
import { useSaveWithUndo } from "../edits";
import styles from "./cell-editors.module.css";
import type { Column } from "./columns";

const FIELDS = ["title", "tags", "notes"] as const;
export type EditedField = (typeof FIELDS)[number];

interface EditableCellProps {
  row: RunRow;
  column: Column;
  tabIndex: number;
  editing: EditedField | null;
  onEdit: (field: EditedField | null) => void;
  children: ReactNode;
}

/** A cell with a pencil, where its value is one that people give. */
export function EditableCell({ row, column, tabIndex, editing, onEdit, children }: EditableCellProps) {
  const { t } = useTranslation();
  const field = FIELDS.find((one) => one === column.key);
  if (!field) return children;
  const label = t(`runs.table.edit.${field}`, { title: row.title });
  const pencil = (
    <IconButton
      label={label}
      icon={<Pencil aria-hidden />}
      className={styles.pencil}
      tabIndex={tabIndex}
      tooltip={false}
      {...(field === "title" && { onClick: () => onEdit("title") })}
    />
  );
  if (field === "title")
    return (
      <>
        {children}
        {pencil}
      </>
    );
  const Editor = field === "tags" ? TagsEditor : NotesEditor;
  return (
    <>
      {children}
      <Popover
        label={label}
        trigger={pencil}
        open={editing === field}
        onOpenChange={(open) => onEdit(open ? field : null)}
      >
        <Editor row={row} onClose={() => onEdit(null)} />
      </Popover>
    </>
  );
}

interface EditorProps {
  row: RunRow;
  onClose: () => void;
}

/** In place of the name. Enter and leaving it save, Escape does not; a refused name stays to be mended. */
export function NameEditor({ row, onClose }: EditorProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const save = useSaveWithUndo(row);
  const settled = useRef(false);
  const [refused, setRefused] = useState(false);
  const keep = async (text: string) => {
    if (settled.current) return;
    settled.current = true;
    const title = text.trim();
    try {
      if (title !== "" && title !== row.title) await save({ title }, { title: row.title });
      onClose();
    } catch (error) {
      settled.current = false;
      setRefused(true);
      toast.bad(failureText(error));
    }
  };
  return (
    <Input
      className={styles.name ?? ""}
      aria-label={t("runs.header.name")}
      aria-invalid={refused || undefined}
      defaultValue={row.title}
      maxLength={128}
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => void (refused ? onClose() : keep(event.target.value))}
      onKeyDown={(event) => {
        if (event.key === "Enter") void keep(event.currentTarget.value);
        if (event.key !== "Escape") return;
        settled.current = true;
        onClose();
      }}
    />
  );
}

function TagsEditor({ row }: EditorProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const save = useSaveWithUndo(row);
  // what is on its way shows at once
  const [tags, setTags] = useState<readonly string[]>(row.tags);
  const change = async (next: string[]) => {
    setTags(next);
    try {
      await save({ tags: next }, { tags: [...tags] });
    } catch (error) {
      setTags(tags);
      toast.bad(failureText(error));
    }
  };
  return (
    <ChipEditor
      items={tags}
      tone={() => "plain"}
      canEdit
      addLabel={t("runs.header.addTag")}
      addText={t("runs.header.addTag")}
      removeLabel={(tag) => t("runs.header.removeTag", { tag })}
      onAdd={(tag) => void change([...tags, tag])}
      onRemove={(tag) => void change(tags.filter((one) => one !== tag))}
    />
  );
}

function NotesEditor({ row, onClose }: EditorProps) {
  const { t } = useTranslation();
  const save = useSaveWithUndo(row);
  const { busy, error, onSubmit } = useForm(async ({ notes = "" }) => {
    if (notes.trim() !== row.notes) await save({ notes: notes.trim() }, { notes: row.notes });
    onClose();
  });
  return (
    <form className={styles.notes} onSubmit={onSubmit}>
      <TextArea name="notes" aria-label={t("runs.overview.notes")} defaultValue={row.notes} rows={6} autoFocus />
      <FormError>{error}</FormError>
      <div className={styles.buttons}>
        <Button type="submit" size="small" look="primary" busy={busy}>
          {t("common.save")}
        </Button>
        <Button size="small" onClick={onClose}>
          {t("common.cancel")}
        </Button>
      </div>
    </form>
  );
}
