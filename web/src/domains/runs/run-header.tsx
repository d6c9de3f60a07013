import { Copy, MoreHorizontal, Pencil, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { RunDetail } from "@/api/contract";
import { copyText } from "@/lib/copy-text";
import { runColor } from "@/lib/palette";
import { projectPath } from "@/lib/paths";
import { useAppearance } from "@/lib/theme";
import { formatDuration } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { RelativeTime } from "@/ui/relative-time";
import { StateIcon } from "@/ui/state-icon";
import { toast } from "@/ui/toast";
import { useDeleteRun, useStopRun, useUpdateRun } from "./edits";
import styles from "./run-header.module.css";
import { RunTags } from "./run-tags";

/** The run's name, state and tags, and what can be done with it. */
export function RunHeader({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const theme = useAppearance((state) => state.theme);
  const [renaming, setRenaming] = useState(false);
  return (
    <header className={styles.header}>
      <span className={styles.dot} style={{ background: runColor(run.colorIndex, theme) }} aria-hidden />
      {renaming ? (
        <Rename run={run} onClose={() => setRenaming(false)} />
      ) : (
        <h1 className={styles.title} title={run.title}>
          {run.title}
        </h1>
      )}
      {run.canWrite && !renaming && (
        <IconButton
          label={t("runs.header.rename")}
          icon={<Pencil aria-hidden />}
          className={styles.rename}
          onClick={() => setRenaming(true)}
        />
      )}
      <StateIcon state={run.state} />
      {run.stopRequested && run.state === "running" && <Badge tone="warn">{t("runs.header.stopAsked")}</Badge>}
      <span className={styles.times}>
        {run.durationSeconds !== null && formatDuration(run.durationSeconds)}
        {" · "}
        <RelativeTime at={run.createdAt} />
      </span>
      <RunTags run={run} />
      <Actions run={run} onRename={() => setRenaming(true)} />
    </header>
  );
}

function Rename({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateRun(run.entity, run.project, run.id);
  const { busy, error, onSubmit } = useForm(async ({ title = "" }) => {
    if (title.trim() !== "" && title !== run.title) await mutateAsync({ title: title.trim() });
    onClose();
  });
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <Input
        name="title"
        aria-label={t("runs.header.name")}
        defaultValue={run.title}
        maxLength={128}
        autoFocus
        onFocus={(event) => event.target.select()}
        onKeyDown={(event) => event.key === "Escape" && onClose()}
      />
      <Button type="submit" look="primary" busy={busy}>
        {t("common.save")}
      </Button>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      {error && <FormError>{error}</FormError>}
    </form>
  );
}

type Question = "stop" | "delete";

function Actions({ run, onRename }: { run: RunDetail; onRename: () => void }) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question | null>(null);
  const path = `${run.entity}/${run.project}/${run.id}`;
  const copy = async () => {
    if (await copyText(path)) toast.good(t("runs.header.copied", { text: path }));
    else toast.bad(t("common.copyFailed"));
  };
  return (
    <div className={styles.actions}>
      <Menu trigger={<IconButton label={t("runs.header.more")} icon={<MoreHorizontal aria-hidden />} />}>
        <MenuItem icon={<Copy aria-hidden />} onSelect={() => void copy()}>
          {t("runs.header.copyPath")}
        </MenuItem>
        {run.canWrite && (
          <>
            <MenuItem icon={<Pencil aria-hidden />} onSelect={onRename}>
              {t("runs.header.rename")}
            </MenuItem>
            <MenuSeparator />
            <MenuItem
              icon={<Square aria-hidden />}
              disabled={run.state !== "running" || run.stopRequested}
              onSelect={() => setQuestion("stop")}
            >
              {t("runs.header.stop")}
            </MenuItem>
            <MenuItem icon={<Trash2 aria-hidden />} danger onSelect={() => setQuestion("delete")}>
              {t("runs.header.delete")}
            </MenuItem>
          </>
        )}
      </Menu>
      {question && <Ask run={run} question={question} onClose={() => setQuestion(null)} />}
    </div>
  );
}

function Ask({ run, question, onClose }: { run: RunDetail; question: Question; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stop = useStopRun(run.entity, run.project, run.id);
  const drop = useDeleteRun(run.entity, run.project, run.id);
  const { busy, error, onSubmit } = useForm(async () => {
    if (question === "stop") {
      await stop.mutateAsync();
      onClose();
      return;
    }
    await drop.mutateAsync();
    toast.good(t("runs.header.deleted", { title: run.title }));
    await navigate(projectPath(run.entity, run.project, "table"), { replace: true });
  });
  const word = t(`runs.header.${question}`);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`${word}: ${run.title}`}
      description={t(question === "stop" ? "runs.header.stopText" : "runs.header.deleteText")}
      actions={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" form="ask-run" look="danger" busy={busy}>
            {word}
          </Button>
        </>
      }
    >
      <form id="ask-run" onSubmit={onSubmit}>
        {error && <FormError>{error}</FormError>}
      </form>
    </Dialog>
  );
}
