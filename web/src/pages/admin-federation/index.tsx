import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Issuer } from "@/api/contract";
import styles from "@/domains/admin/admin.module.css";
import { federationQuery, useFederationActions } from "@/domains/admin/federation";
import { formatDuration } from "@/lib/time";
import { useTitle } from "@/lib/title";
import { AskDialog } from "@/ui/ask-dialog";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Checkbox, Field, Input } from "@/ui/field";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { SubjectTable } from "./subject-table";

/** Whose tokens count, and which accounts they name. */
export default function FederationPage() {
  const { t } = useTranslation();
  useTitle(t("admin.federation.title"), t("admin.title"));
  const { data, error, refetch } = useQuery(federationQuery);
  return (
    <Page title={t("admin.federation.title")} nested actions={<AddIssuerButton />}>
      <p className={styles.text}>
        {t("admin.federation.text", { time: data ? formatDuration(data.tokenSeconds) : "…" })}
      </p>
      {data?.anyAudience && <p className={styles.text}>{t("admin.federation.anyAudience")}</p>}
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={4} />)}
      {data?.issuers.length === 0 && (
        <EmptyState title={t("admin.federation.none")}>{t("admin.federation.noneText")}</EmptyState>
      )}
      {data?.issuers.map((issuer) => (
        <IssuerSection key={issuer.id} issuer={issuer} />
      ))}
    </Page>
  );
}

function IssuerSection({ issuer }: { issuer: Issuer }) {
  const { t } = useTranslation();
  const { remove } = useFederationActions();
  return (
    <section className={styles.section} aria-label={issuer.issuer}>
      <header className={styles.issuer}>
        <h2>{issuer.issuer}</h2>
        {issuer.byEmail && <Badge tone="warn">{t("admin.federation.byEmail")}</Badge>}
        <div className={styles.end}>
          <BindButton issuer={issuer} />
          <ConfirmButton
            size="medium"
            label={t("admin.federation.remove")}
            question={t("admin.federation.removeQuestion", { issuer: issuer.issuer })}
            onConfirm={() => remove(issuer.id)}
          >
            {t("admin.federation.removeText")}
          </ConfirmButton>
        </div>
      </header>
      <p className={styles.text}>
        {issuer.audience
          ? t("admin.federation.audienceIs", { audience: issuer.audience })
          : t("admin.federation.audienceUsual")}
      </p>
      <SubjectTable issuer={issuer} />
    </section>
  );
}

function AddIssuerButton() {
  const { t } = useTranslation();
  const { add } = useFederationActions();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        {t("admin.federation.add")}
      </Button>
      {open && (
        <AskDialog
          title={t("admin.federation.add")}
          text={t("admin.federation.addText")}
          action={t("admin.federation.add")}
          onSend={({ issuer = "", audience = "", byEmail }) =>
            add({ issuer: issuer.trim(), audience: audience.trim(), byEmail: byEmail !== undefined })
          }
          onClose={() => setOpen(false)}
        >
          <Field label={t("admin.federation.issuer")} hint={t("admin.federation.issuerHint")}>
            {(control) => (
              <Input {...control} name="issuer" type="url" autoComplete="off" spellCheck={false} autoFocus required />
            )}
          </Field>
          <Field label={t("admin.federation.audience")} hint={t("admin.federation.audienceHint")}>
            {(control) => <Input {...control} name="audience" autoComplete="off" spellCheck={false} />}
          </Field>
          <Checkbox name="byEmail" label={t("admin.federation.byEmailLabel")} />
        </AskDialog>
      )}
    </>
  );
}

function BindButton({ issuer }: { issuer: Issuer }) {
  const { t } = useTranslation();
  const { bind } = useFederationActions();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("admin.federation.bind")}</Button>
      {open && (
        <AskDialog
          title={t("admin.federation.bind")}
          text={t("admin.federation.bindText", { issuer: issuer.issuer })}
          action={t("admin.federation.bind")}
          onSend={({ subject = "", username = "" }) =>
            bind({ id: issuer.id, subject: subject.trim(), username: username.trim() })
          }
          onClose={() => setOpen(false)}
        >
          <Field label={t("admin.federation.subject")} hint={t("admin.federation.subjectHint")}>
            {(control) => (
              <Input {...control} name="subject" autoComplete="off" spellCheck={false} autoFocus required />
            )}
          </Field>
          <Field label={t("admin.federation.account")} hint={t("admin.federation.accountHint")}>
            {(control) => <Input {...control} name="username" autoComplete="off" spellCheck={false} required />}
          </Field>
        </AskDialog>
      )}
    </>
  );
}
