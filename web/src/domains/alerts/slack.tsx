import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SlackConnection } from "@/api/contract";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { useFailureText } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { toast } from "@/ui/toast";
import { slackQuery, useSlackActions } from "./queries";
import styles from "./slack.module.css";

interface SlackProps {
  /** a person's own, or a team */
  entity: string;
  canChange: boolean;
}

/** The channel of Slack that alerts go to; nothing where the operator has named no Slack app. */
export function Slack({ entity, canChange }: SlackProps) {
  const { t } = useTranslation();
  const { data } = useQuery({ ...slackQuery(entity), retry: false });
  if (!data?.configured) return null;
  const { connection } = data;
  return (
    <div className={styles.slack}>
      {connection ? <Channel connection={connection} /> : <p>{t("alerts.slack.none")}</p>}
      {canChange && (
        <div className={styles.actions}>
          <ConnectButton entity={entity} connection={connection} />
          {connection && <DisconnectButton entity={entity} channel={connection.channel} />}
        </div>
      )}
    </div>
  );
}

function Channel({ connection }: { connection: SlackConnection }) {
  const { t } = useTranslation();
  const { workspace, channel, connectedAt, by, goneAt, failingSince, error } = connection;
  return (
    <>
      <p className={styles.channel}>
        <strong>{channel}</strong>
        {workspace && <span>{workspace}</span>}
        {goneAt ? (
          <Badge tone="bad">{t("alerts.slack.gone")}</Badge>
        ) : failingSince ? (
          <Badge tone="warn">{t("alerts.slack.failing")}</Badge>
        ) : (
          <Badge tone="good">{t("alerts.slack.connected")}</Badge>
        )}
      </p>
      <p className={styles.muted}>
        {t("alerts.slack.since")} <RelativeTime at={connectedAt} />
        {by && ` · ${by}`}
      </p>
      {goneAt && <p>{t("alerts.slack.goneText")}</p>}
      {error && (
        <p className={styles.error}>
          {error}
          {failingSince && (
            <>
              {" · "}
              <RelativeTime at={failingSince} />
            </>
          )}
        </p>
      )}
    </>
  );
}

function ConnectButton({ entity, connection }: { entity: string; connection: SlackConnection | null }) {
  const { t } = useTranslation();
  const { connect } = useSlackActions(entity);
  const failureText = useFailureText();
  const [busy, setBusy] = useState(false);
  const leave = async () => {
    setBusy(true);
    try {
      window.location.assign((await connect()).url);
    } catch (failure) {
      toast.bad(failureText(failure));
      setBusy(false);
    }
  };
  const label = !connection ? "connect" : connection.goneAt ? "again" : "other";
  return (
    <Button busy={busy} onClick={() => void leave()}>
      {t(`alerts.slack.${label}`)}
    </Button>
  );
}

function DisconnectButton({ entity, channel }: { entity: string; channel: string }) {
  const { t } = useTranslation();
  const { disconnect } = useSlackActions(entity);
  return (
    <ConfirmButton
      size="medium"
      label={t("alerts.slack.disconnect")}
      question={t("alerts.slack.disconnectQuestion", { channel })}
      onConfirm={disconnect}
    >
      {t("alerts.slack.disconnectText")}
    </ConfirmButton>
  );
}
