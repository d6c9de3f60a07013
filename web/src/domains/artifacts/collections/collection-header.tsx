import { Copy, FolderInput, History, MoreHorizontal, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { CollectionPage } from "@/api/contract";
import { copyText } from "@/lib/copy-text";
import { formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { AskDialog } from "@/ui/ask-dialog";
import { Badge } from "@/ui/badge";
import { ChipEditor } from "@/ui/chip-editor";
import { EditableMarkdown } from "@/ui/editable-markdown";
import { useFailureText } from "@/ui/error-state";
import { Field, Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { toast } from "@/ui/toast";
import { useDeleteCollection, useUpdateCollection } from "../edits";
import type { CollectionRef } from "../queries";
import { CollectionTtl } from "../version/ttl-editor";
import { AliasHistory } from "./alias-history";
import styles from "./collection-header.module.css";

interface CollectionProps {
  place: CollectionRef;
  page: CollectionPage;
  /** types that the project has, to choose from */
  types: readonly string[];
}

/** A collection's name and kind, and what can be done with it. */
export function CollectionHeader({ place, page, types }: CollectionProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.head}>
      <h1 className={styles.title}>{page.name}</h1>
      <span className={styles.muted}>
        {page.type} · {t("artifacts.count", { count: page.versionCount, total: formatInteger(page.versionCount) })}
      </span>
      {page.kind === "portfolio" && <Badge>{t("artifacts.links")}</Badge>}
      <Tags place={place} page={page} />
      {page.kind === "sequence" && <CollectionTtl place={place} page={page} />}
      <Actions place={place} page={page} types={types} />
    </div>
  );
}

type Question = "rename" | "move" | "delete" | "history";

function Actions({ place, page, types }: CollectionProps) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question | null>(null);
  const path = `${page.entity}/${page.project}/${page.name}`;
  const copy = async () => {
    if (await copyText(path)) toast.good(t("artifacts.edit.copied", { text: path }));
    else toast.bad(t("common.copyFailed"));
  };
  return (
    <div className={styles.actions}>
      <Menu trigger={<IconButton label={t("artifacts.edit.more")} icon={<MoreHorizontal aria-hidden />} />}>
        <MenuItem icon={<History aria-hidden />} onSelect={() => setQuestion("history")}>
          {t("artifacts.history.open")}
        </MenuItem>
        <MenuItem icon={<Copy aria-hidden />} onSelect={() => void copy()}>
          {t("artifacts.edit.copyName")}
        </MenuItem>
        {page.canWrite && (
          <>
            <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setQuestion("rename")}>
              {t("artifacts.edit.rename")}
            </MenuItem>
            {page.kind === "sequence" && (
              <MenuItem icon={<FolderInput aria-hidden />} onSelect={() => setQuestion("move")}>
                {t("artifacts.edit.move")}
              </MenuItem>
            )}
            <MenuSeparator />
            <MenuItem icon={<Trash2 aria-hidden />} danger onSelect={() => setQuestion("delete")}>
              {t("artifacts.edit.remove")}
            </MenuItem>
          </>
        )}
      </Menu>
      {question === "history" && <AliasHistory place={place} onClose={() => setQuestion(null)} />}
      {question && question !== "history" && (
        <Ask place={place} page={page} types={types} question={question} onClose={() => setQuestion(null)} />
      )}
    </div>
  );
}

type Asked = Exclude<Question, "history">;

function Ask({ place, page, types, question, onClose }: CollectionProps & { question: Asked; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const update = useUpdateCollection(place);
  const drop = useDeleteCollection(place);
  const { name } = page;
  const change = async (fields: { name?: string; type?: string }) => {
    const now = await update.mutateAsync(fields);
    await navigate(artifactPath(place.entity, place.project, now.type, now.name), { replace: true });
  };
  if (question === "rename")
    return (
      <AskDialog
        title={t("artifacts.edit.renameTitle", { name })}
        text={t("artifacts.edit.renameText")}
        action={t("artifacts.edit.rename")}
        onClose={onClose}
        onSend={({ name: next = "" }) => change({ name: next.trim() })}
      >
        <Field label={t("artifacts.edit.name")}>
          {(control) => <Input {...control} name="name" defaultValue={name} maxLength={128} autoFocus required />}
        </Field>
      </AskDialog>
    );
  if (question === "move")
    return (
      <AskDialog
        title={t("artifacts.edit.moveTitle", { name })}
        text={t("artifacts.edit.moveText")}
        action={t("artifacts.edit.moveAction")}
        onClose={onClose}
        onSend={({ type = "" }) => change({ type: type.trim() })}
      >
        <Field label={t("artifacts.type")}>
          {(control) => (
            <Input
              {...control}
              name="type"
              list="artifact-types"
              defaultValue={page.type}
              maxLength={128}
              autoFocus
              required
            />
          )}
        </Field>
        <datalist id="artifact-types">
          {types.map((type) => (
            <option key={type} value={type} />
          ))}
        </datalist>
      </AskDialog>
    );
  return (
    <AskDialog
      title={t("artifacts.edit.removeTitle", { name })}
      text={
        page.kind === "portfolio"
          ? t("artifacts.edit.removeLinks")
          : t("artifacts.edit.removeText", { count: page.versionCount, total: formatInteger(page.versionCount) })
      }
      action={t("artifacts.edit.remove")}
      danger
      confirmName={name}
      onClose={onClose}
      onSend={async () => {
        await drop.mutateAsync();
        toast.good(t("artifacts.edit.removed", { name }));
        await navigate(artifactPath(place.entity, place.project), { replace: true });
      }}
    />
  );
}

function Tags({ place, page }: Pick<CollectionProps, "place" | "page">) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const { mutate } = useUpdateCollection(place);
  const onError = (error: unknown) => toast.bad(failureText(error));
  return (
    <ChipEditor
      items={page.tags}
      tone={() => "info"}
      canEdit={page.canWrite}
      addLabel={t("artifacts.edit.addTag")}
      addText={t("artifacts.edit.tag")}
      removeLabel={(name) => t("artifacts.edit.removeTag", { name })}
      onAdd={(tag) => mutate({ addTags: [tag] }, { onError })}
      onRemove={(tag) => mutate({ removeTags: [tag] }, { onError })}
    />
  );
}

/** What people wrote about the collection. */
export function CollectionAbout({ place, page }: Pick<CollectionProps, "place" | "page">) {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateCollection(place);
  return (
    <div className={styles.about}>
      {page.kind === "portfolio" && <p className={styles.muted}>{t("artifacts.linksText")}</p>}
      {(page.description || page.canWrite) && (
        <EditableMarkdown
          text={page.description}
          title={t("artifacts.description")}
          empty={t("artifacts.noDescriptionHere")}
          canEdit={page.canWrite}
          edit={t("artifacts.editDescription")}
          onSave={(description) => mutateAsync({ description })}
        />
      )}
    </div>
  );
}
