import { Pencil } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { parseTime } from "@/lib/time";
import { Button } from "@/ui/button";
import { DaysField } from "@/ui/days-field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { IconButton } from "@/ui/icon-button";
import { Popover } from "@/ui/popover";
import { RelativeTime } from "@/ui/relative-time";
import { useUpdateVersion } from "../edits";
import type { VersionRef } from "../queries";
import { readTtl, type Ttl, ttlSeconds } from "./ttl";
import styles from "./version.module.css";

const DEFAULT_DAYS = 30;

/** How long the version is kept; writers change it here. */
export function TtlFact({ place, version }: { place: VersionRef; version: ArtifactDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const ttl = readTtl(version.ttlSeconds);
  return (
    <span className={styles.ttl}>
      <span>
        {ttl.kind === "inherit" && t("artifacts.edit.ttlInherit")}
        {ttl.kind === "off" && t("artifacts.edit.ttlOff")}
        {ttl.kind === "days" && t("artifacts.edit.ttlSet", { days: t("artifacts.edit.days", { count: ttl.days }) })}
        {version.expiresAt && (
          <span className={styles.muted}>
            {" "}
            (<Expiry at={version.expiresAt} />)
          </span>
        )}
      </span>
      {version.canWrite && (
        <Popover
          open={open}
          onOpenChange={setOpen}
          label={t("artifacts.edit.ttlEdit")}
          trigger={
            <IconButton label={t("artifacts.edit.ttlEdit")} icon={<Pencil aria-hidden />} className={styles.pencil} />
          }
        >
          <TtlForm place={place} ttl={ttl} onClose={() => setOpen(false)} />
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

function TtlForm({ place, ttl, onClose }: { place: VersionRef; ttl: Ttl; onClose: () => void }) {
  const { t } = useTranslation();
  const group = useId();
  const [kind, setKind] = useState<Ttl["kind"]>(ttl.kind);
  const { mutateAsync } = useUpdateVersion(place);
  const { busy, error, onSubmit } = useForm(async ({ days = "" }) => {
    await mutateAsync({ ttlSeconds: ttlSeconds(kind === "days" ? { kind, days: Number(days) } : { kind }) });
    onClose();
  });
  const choices = [
    ["inherit", t("artifacts.edit.ttlInherit")],
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
