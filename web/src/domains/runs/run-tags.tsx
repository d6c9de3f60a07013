import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { Badge } from "@/ui/badge";
import { useFailureText } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { toast } from "@/ui/toast";
import { useUpdateRun } from "./edits";
import styles from "./run-header.module.css";

/** The run's tags; writers add and remove them here. */
export function RunTags({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const failureText = useFailureText();
  const { mutate } = useUpdateRun(run.entity, run.project, run.id);
  const save = (tags: string[]) => mutate({ tags }, { onError: (error) => toast.bad(failureText(error)) });
  const add = (text: string) => {
    const tag = text.trim();
    if (tag !== "" && !run.tags.includes(tag)) save([...run.tags, tag]);
    setAdding(false);
  };
  return (
    <div className={styles.tags}>
      {run.tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          <Badge>{tag}</Badge>
          {run.canWrite && (
            <IconButton
              label={t("runs.header.removeTag", { tag })}
              icon={<X aria-hidden />}
              onClick={() => save(run.tags.filter((one) => one !== tag))}
            />
          )}
        </span>
      ))}
      {adding ? (
        <Input
          className={styles.tagInput ?? ""}
          aria-label={t("runs.header.tag")}
          placeholder={t("runs.header.tag")}
          maxLength={64}
          autoFocus
          onBlur={(event) => add(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") add(event.currentTarget.value);
            if (event.key === "Escape") setAdding(false);
          }}
        />
      ) : (
        run.canWrite && (
          <IconButton
            label={t("runs.header.addTag")}
            icon={<Plus aria-hidden />}
            className={styles.addTag}
            onClick={() => setAdding(true)}
          />
        )
      )}
    </div>
  );
}
