import { useState } from "react";
import { useTranslation } from "react-i18next";
import { appPath, post } from "@/api/client";
import type { BulkAction, BulkRequest } from "@/api/contract";
import type { TableView } from "@/domains/runs/table/use-table-view";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import styles from "./bulk-bar.module.css";
import { BulkNews } from "./bulk-news";
import type { Selection } from "./selection";
import { useBulk } from "./use-bulk";

type Change = Omit<BulkRequest, "runs">;
const ACTIONS = ["tag", "group", "stop", "move", "delete"] as const satisfies readonly BulkAction[];
type Asked = (typeof ACTIONS)[number];

interface BulkBarProps {
  entity: string;
  project: string;
  view: TableView;
  matched: number;
  selection: Selection;
}

/** What can be done to the chosen runs, or to all that match. Asks first, shows how far it is, offers the way back. */
export function BulkBar({ entity, project, view, matched, selection }: BulkBarProps) {
  const { t } = useTranslation();
  const bulk = useBulk(entity, project);
  const [asked, setAsked] = useState<Asked | null>(null);
  const count = selection.all ? matched : selection.ids.size;
  const start = async (change: Change) => {
    setAsked(null);
    const runs = selection.all ? await selectAll(entity, project, view) : [...selection.ids];
    await bulk.start(change, runs);
    selection.clear();
  };
  return (
    <>
      <BulkNews bulk={bulk} />
      {count > 0 && !bulk.progress && (
        <div className={styles.bar}>
          <span className={styles.text}>{t("bulk.chosen", { count })}</span>
          {!selection.all && count < matched && (
            <Button size="small" onClick={selection.chooseAll}>
              {t("bulk.chooseAll", { count: matched })}
            </Button>
          )}
          {ACTIONS.map((action) => (
            <Button key={action} size="small" onClick={() => setAsked(action)}>
              {t(`bulk.actions.${action}`)}
            </Button>
          ))}
          <Button size="small" onClick={selection.clear}>
            {t("bulk.clear")}
          </Button>
        </div>
      )}
      {asked && (
        <AskDialog
          action={asked}
          count={count}
          entity={entity}
          onClose={() => setAsked(null)}
          onStart={(change) => void start(change)}
        />
      )}
    </>
  );
}

async function selectAll(entity: string, project: string, view: TableView): Promise<string[]> {
  const { columns: _columns, ...query } = view.query;
  return (await post<{ ids: string[] }>(`${appPath("projects", entity, project)}/runs:select`, query)).ids;
}

interface AskProps {
  action: Asked;
  count: number;
  entity: string;
  onClose: () => void;
  onStart: (change: Change) => void;
}

function AskDialog({ action, count, entity, onClose, onStart }: AskProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState("");
  const [artifacts, setArtifacts] = useState(false);
  const change = changeOf(action, value.trim(), artifacts, entity);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(`bulk.ask.${action}`, { count })}
      description={t(`bulk.explain.${action}`)}
      actions={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button
            look={action === "delete" ? "danger" : "primary"}
            disabled={change === null}
            onClick={() => change && onStart(change)}
          >
            {t(`bulk.actions.${action}`)}
          </Button>
        </>
      }
    >
      {(action === "tag" || action === "group" || action === "move") && (
        <Field label={t(`bulk.field.${action}`)}>
          {(control) => <Input {...control} value={value} onChange={(event) => setValue(event.target.value)} />}
        </Field>
      )}
      {action === "delete" && (
        <label>
          <input type="checkbox" checked={artifacts} onChange={(event) => setArtifacts(event.target.checked)} />{" "}
          {t("bulk.withArtifacts")}
        </label>
      )}
    </Dialog>
  );
}

/** The change that was asked for, null while something is missing. A project of another owner is named `owner/project`. */
function changeOf(action: Asked, value: string, artifacts: boolean, entity: string): Change | null {
  if (action === "stop") return { action };
  if (action === "delete") return { action, artifacts };
  if (action === "group") return { action, group: value };
  if (value === "") return null;
  if (action === "tag") return { action, add: [value] };
  const [first = "", ...rest] = value.split("/");
  return { action, to: rest.length > 0 ? { entity: first, project: rest.join("/") } : { entity, project: first } };
}
