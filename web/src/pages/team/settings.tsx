import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Team } from "@/api/contract";
import styles from "@/domains/accounts/people.module.css";
import { useTeamActions } from "@/domains/accounts/team";
import { TeamBucket } from "@/domains/accounts/team-bucket";
import { slackQuery } from "@/domains/alerts/queries";
import { Slack } from "@/domains/alerts/slack";
import { TimeToLive } from "@/domains/storage/time-to-live";
import { ConfirmButton } from "@/ui/confirm-button";
import { Page } from "@/ui/page";
import { toast } from "@/ui/toast";

/** What holds for the whole team, and its end. */
export function Settings({ team }: { team: Team }) {
  const { t } = useTranslation();
  return (
    <Page title={t("accounts.team.nav.settings")} nested>
      <TeamBucket bucket={team.bucket} />
      <TimeToLive entity={team.name} />
      <TeamSlack team={team} />
      {team.canManage && <DeleteTeam team={team.name} />}
    </Page>
  );
}

function TeamSlack({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { data } = useQuery({ ...slackQuery(team.name), retry: false });
  if (!data?.configured) return null;
  return (
    <section className={styles.section}>
      <h2>{t("alerts.slack.title")}</h2>
      <p className={styles.text}>{t("alerts.slack.teamText")}</p>
      <Slack entity={team.name} canChange={team.canManage} />
    </section>
  );
}

function DeleteTeam({ team }: { team: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { deleteTeam } = useTeamActions(team);
  const remove = async () => {
    await deleteTeam();
    toast.good(t("accounts.team.deleted", { team }));
    void navigate("/home");
  };
  return (
    <section className={styles.section}>
      <h2>{t("accounts.team.delete")}</h2>
      <p className={styles.text}>{t("accounts.team.deleteText")}</p>
      <div>
        <ConfirmButton
          label={t("accounts.team.delete")}
          question={t("admin.teams.deleteQuestion", { name: team })}
          onConfirm={remove}
        >
          {t("accounts.team.deleteText")}
        </ConfirmButton>
      </div>
    </section>
  );
}
