import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { AlertSeverity } from "@/api/contract";
import { useUser } from "@/domains/accounts/session";
import { ErrorState, useFailureText } from "@/ui/error-state";
import { Checkbox, Field, Select } from "@/ui/field";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { alertPreferencesQuery, slackQuery, useAlertPreferences } from "./queries";
import { Slack } from "./slack";

const SEVERITIES = ["INFO", "WARN", "ERROR"] as const satisfies readonly AlertSeverity[];

/** What the reader hears of by mail and in Slack. Every choice holds at once. */
export function AlertPreferencesForm() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(alertPreferencesQuery);
  const { username } = useUser();
  const slack = useQuery({ ...slackQuery(username), retry: false }).data;
  const { mutateAsync } = useAlertPreferences();
  const failureText = useFailureText();
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={2} />;
  const change = (given: Parameters<typeof mutateAsync>[0]) =>
    void mutateAsync(given).catch((failure: unknown) => toast.bad(failureText(failure)));
  return (
    <>
      {!data.mailConfigured && <p>{t("alerts.noMail")}</p>}
      <Checkbox
        label={t("alerts.byMail")}
        checked={data.byMail}
        disabled={!data.mailConfigured}
        onChange={(event) => change({ byMail: event.target.checked })}
      />
      <Field label={t("alerts.least")}>
        {(control) => (
          <Select
            {...control}
            value={data.leastSeverity}
            disabled={!(data.mailConfigured && data.byMail) && !(slack?.configured && slack.connection)}
            options={SEVERITIES.map((value) => ({ value, label: t(`alerts.severity.${value}`) }))}
            onChange={(leastSeverity) => change({ leastSeverity })}
          />
        )}
      </Field>
      {slack?.configured && (
        <>
          <h3>{t("alerts.slack.title")}</h3>
          <Slack entity={username} canChange />
        </>
      )}
    </>
  );
}
