import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Team } from "@/api/contract";
import styles from "@/domains/accounts/people.module.css";
import { secretsQuery, useSecretActions } from "@/domains/accounts/secrets";
import { AskDialog } from "@/ui/ask-dialog";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Field, Input, TextArea } from "@/ui/field";
import { Page } from "@/ui/page";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";

/** What the team's automations send under a name; nobody reads a value again. */
export function Secrets({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(secretsQuery(team.name));
  return (
    <Page
      title={t("accounts.team.nav.secrets")}
      nested
      actions={
        team.canManage && data?.off === false && <SecretButton team={team.name} label={t("accounts.secret.add")} />
      }
    >
      <p className={styles.text}>{t("accounts.secret.text")}</p>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={3} />)}
      {data?.off && <EmptyState title={t("accounts.secret.off")}>{t("accounts.secret.offText")}</EmptyState>}
      {data?.off === false && data.secrets.length === 0 && (
        <EmptyState title={t("accounts.secret.none")}>
          {team.canManage ? t("accounts.secret.noneText") : t("accounts.secret.noneReadOnly")}
        </EmptyState>
      )}
      {data && data.secrets.length > 0 && (
        <Table label={t("accounts.team.nav.secrets")}>
          <thead>
            <tr>
              <Head>{t("accounts.secret.name")}</Head>
              {team.canManage && <ActionsHead />}
            </tr>
          </thead>
          <tbody>
            {data.secrets.map((secret) => (
              <tr key={secret.name}>
                <td className={styles.name}>
                  <div className={styles.two}>
                    <code title={secret.name}>{secret.name}</code>
                    <span className={styles.muted}>
                      <RelativeTime at={secret.changedAt} />
                      {secret.by && ` · ${secret.by}`}
                    </span>
                  </div>
                </td>
                {team.canManage && (
                  <RowActions>
                    <SecretButton team={team.name} label={t("accounts.secret.replace")} name={secret.name} />{" "}
                    <DeleteSecret team={team.name} name={secret.name} />
                  </RowActions>
                )}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  );
}

function DeleteSecret({ team, name }: { team: string; name: string }) {
  const { t } = useTranslation();
  const { deleteSecret } = useSecretActions(team);
  return (
    <ConfirmButton
      label={t("accounts.secret.delete")}
      question={t("accounts.secret.deleteQuestion", { name })}
      onConfirm={() => deleteSecret(name)}
    >
      {t("accounts.secret.deleteText")}
    </ConfirmButton>
  );
}

/** Asks for a value, and for the name of a new secret. */
function SecretButton({ team, label, name: known }: { team: string; label: string; name?: string }) {
  const { t } = useTranslation();
  const { setSecret } = useSecretActions(team);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button {...(known ? { size: "small" } : { look: "primary" })} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && (
        <AskDialog
          title={known ? t("accounts.secret.replaceTitle", { name: known }) : label}
          text={t("accounts.secret.once")}
          action={t("common.save")}
          onSend={({ name = known ?? "", value = "" }) => setSecret({ name: name.trim(), value })}
          onClose={() => setOpen(false)}
        >
          {!known && (
            <Field label={t("accounts.secret.name")} hint={t("accounts.secret.nameHint")}>
              {(control) => (
                <Input
                  {...control}
                  name="name"
                  pattern="[A-Za-z_][A-Za-z0-9_]*"
                  maxLength={128}
                  autoComplete="off"
                  spellCheck={false}
                  autoFocus
                  required
                />
              )}
            </Field>
          )}
          <Field label={t("accounts.secret.value")}>
            {(control) => (
              <TextArea
                {...control}
                name="value"
                rows={3}
                autoComplete="off"
                spellCheck={false}
                autoFocus={known !== undefined}
                required
              />
            )}
          </Field>
        </AskDialog>
      )}
    </>
  );
}
