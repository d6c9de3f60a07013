import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionKind, VersionsDeleted } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useFailureText } from "@/ui/error-state";
import { Checkbox, Field, Input } from "@/ui/field";
import { FormError } from "@/ui/form-error";
import { deleteVersions, useRefreshArtifacts } from "../edits";
import type { CollectionRef } from "../queries";
import styles from "./version-list.module.css";

interface DeleteVersionsProps {
  place: CollectionRef;
  kind: CollectionKind;
  versions: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

// from so many on, a slip of the hand would hurt
const NAMED_FROM = 10;

/** Asks, deletes in portions, and says what became of each. */
export function DeleteVersions({ place, kind, versions, onClose, onDone }: DeleteVersionsProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const refresh = useRefreshArtifacts(place);
  const [withAliases, setWithAliases] = useState(false);
  const [typed, setTyped] = useState("");
  const [handled, setHandled] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<VersionsDeleted | null>(null);
  const [error, setError] = useState<string | null>(null);
  const stop = useRef(new AbortController());
  const named = versions.length >= NAMED_FROM;
  const start = async () => {
    setHandled(0);
    setError(null);
    stop.current = new AbortController();
    try {
      setOutcome(await deleteVersions(place, versions, withAliases, setHandled, stop.current.signal));
      onDone();
    } catch (failure) {
      setError(failureText(failure));
    } finally {
      setHandled(null);
      await refresh();
    }
  };
  const busy = handled !== null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !busy && onClose()}
      title={t("artifacts.list.deleteTitle", {
        count: versions.length,
        total: formatInteger(versions.length),
        name: place.collection,
      })}
      description={outcome ? null : t(kind === "portfolio" ? "artifacts.linksText" : "artifacts.edit.deleteText")}
      actions={
        outcome ? (
          <Button onClick={onClose}>{t("common.close")}</Button>
        ) : busy ? (
          <Button onClick={() => stop.current.abort()}>{t("artifacts.list.stop")}</Button>
        ) : (
          <>
            <Button onClick={onClose}>{t("common.cancel")}</Button>
            <Button look="danger" disabled={named && typed !== place.collection} onClick={() => void start()}>
              {t("artifacts.list.delete")}
            </Button>
          </>
        )
      }
    >
      {!outcome && !busy && (
        <>
          {kind === "sequence" && (
            <div>
              <Checkbox
                label={t("artifacts.list.withAliases")}
                checked={withAliases}
                onChange={(event) => setWithAliases(event.target.checked)}
              />
              <p className={styles.count}>{t("artifacts.list.withAliasesText")}</p>
            </div>
          )}
          {named && (
            <Field label={t("common.typeToConfirm", { name: place.collection })}>
              {(control) => (
                <Input
                  {...control}
                  value={typed}
                  autoComplete="off"
                  onChange={(event) => setTyped(event.target.value)}
                />
              )}
            </Field>
          )}
        </>
      )}
      {busy && (
        <p role="status">
          <progress value={handled} max={versions.length} />{" "}
          {t("artifacts.list.deleting", { handled: formatInteger(handled), total: formatInteger(versions.length) })}
        </p>
      )}
      {outcome && <Outcome {...outcome} />}
      {error && <FormError>{error}</FormError>}
    </Dialog>
  );
}

function Outcome({ deleted, skipped }: VersionsDeleted) {
  const { t } = useTranslation();
  const [first] = skipped;
  return (
    <>
      <p role="status">
        {t("artifacts.list.deleted", { count: deleted.length, total: formatInteger(deleted.length) })}
      </p>
      {first && (
        <p>
          {t("artifacts.list.skipped", {
            count: skipped.length,
            total: formatInteger(skipped.length),
            version: first.version,
            reason: first.reason,
          })}
        </p>
      )}
    </>
  );
}
