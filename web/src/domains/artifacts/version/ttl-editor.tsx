import { Pencil } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ArtifactDetail, CollectionPage } from "@/api/contract";
import { parseTime } from "@/lib/time";
import { Button } from "@/ui/button";
import { DaysField } from "@/ui/days-field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { IconButton } from "@/ui/icon-button";
import { Popover } from "@/ui/popover";
import { RelativeTime } from "@/ui/relative-time";
import { useUpdateCollection, useUpdateVersion } from "../edits";
import type { CollectionRef, VersionRef } from "../queries";
import { readTtl, type Ttl, ttlSeconds } from "./ttl";
import styles from "./version.module.css";

const DEFAULT_DAYS = 30;

/** How long the version is kept; writers change it here. */
export function TtlFact({ place, version }: { place: VersionRef; version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateVersion(place);
  return (
    <TtlEditor
      ttl={readTtl(version.ttlSeconds)}
      inherit={t("artifacts.edit.ttlInherit")}
      canEdit={version.canWrite}
      onSave={(ttlSeconds) => mutateAsync({ ttlSeconds })}
    >
      {version.expiresAt && (
        <span className={styles.muted}>
          {" "}
          (<Expiry at={version.expiresAt} />)
        </span>
      )}
    </TtlEditor>
  );
}

/** How long versions of the collection are kept that have no time of their own. */
export function CollectionTtl({ place, page }: { place: CollectionRef; page: CollectionPage }) {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateCollection(place);
  return (
    <span className={styles.ttl}>
      <span className={styles.muted}>{t("artifacts.edit.ttl")}:</span>
      <TtlEditor
        ttl={readTtl(page.ttlSeconds)}
        inherit={t("artifacts.edit.ttlInheritTeam")}
        canEdit={page.canWrite}
        onSave={(ttlSeconds) => mutateAsync({ ttlSeconds })}
      />
    </span>
  );
}

interface TtlEditorProps {
  ttl: Ttl;
  /** what it means to have no time of its own */
  inherit: string;
  canEdit: boolean;
  onSave: (seconds: number) => Promise<unknown>;
  children?: ReactNode;
}

function TtlEditor({ ttl, inherit, canEdit, onSave, children }: TtlEditorProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <span className={styles.ttl}>
      <span>
        {ttl.kind === "inherit" && inherit}
        {ttl.kind === "off" && t("artifacts.edit.ttlOff")}
        {ttl.kind === "days" && t("artifacts.edit.ttlSet", { days: t("artifacts.edit.days", { count: ttl.days }) })}
        {children}
      </span>
      {canEdit && (
        <Popover
          open={open}
          onOpenChange={setOpen}
          label={t("artifacts.edit.ttlEdit")}
          trigger={
            <IconButton label={t("artifacts.edit.ttlEdit")} icon={<Pencil aria-hidden />} className={styles.pencil} />
          }
        >
          <TtlForm ttl={ttl} inherit={inherit} onSave={onSave} onClose={() => setOpen(false)} />
        </Popover>
      )}
    </span>
  );
}

function Expiry({ at }: { at: string }) {
  const { t } = useTranslation();
  const moment = parseTime(at);
  return moment !== null && moment < Date.now() ? (
    <span>{t("artifacts.edit.ttlExpired")}</span>
  ) : (
    <RelativeTime at={at} />
  );
}

type TtlFormProps = Pick<TtlEditorProps, "ttl" | "inherit" | "onSave"> & { onClose: () => void };

function TtlForm({ ttl, inherit, onSave, onClose }: TtlFormProps) {
  const { t } = useTranslation();
  const group = useId();
  const [kind, setKind] = useState<Ttl["kind"]>(ttl.kind);
  const { busy, error, onSubmit } = useForm(async ({ days = "" }) => {
    await onSave(ttlSeconds(kind === "days" ? { kind, days: Number(days) } : { kind }));
    onClose();
  });
  const choices = [
    ["inherit", inherit],
    ["off", t("artifacts.edit.ttlOff")],
    ["days", t("artifacts.edit.ttlDays")],
  ] as const;
  return (
    <form className="stack" onSubmit={onSubmit}>
      <fieldset className={styles.choices}>
        <legend>{t("artifacts.edit.ttl")}</legend>
        {choices.map(([value, label]) => (
          <label key={value} className={styles.choice}>
            <input type="radio" name={group} value={value} checked={kind === value} onChange={() => setKind(value)} />
            {label}
          </label>
        ))}
      </fieldset>
      {kind === "days" && (
        <DaysField label={t("artifacts.edit.ttlField")} defaultDays={ttl.kind === "days" ? ttl.days : DEFAULT_DAYS} />
      )}
      {error && <FormError>{error}</FormError>}
      <div className={styles.buttons}>
        <Button type="submit" look="primary" busy={busy}>
          {t("common.save")}
        </Button>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
