import { useTranslation } from "react-i18next";
import type { Team } from "@/api/contract";
import styles from "@/domains/accounts/people.module.css";
import { PeopleList } from "@/domains/accounts/people-list";
import { ServiceTable } from "@/domains/accounts/service-table";
import { useTeamActions } from "@/domains/accounts/team";
import { AddServiceButton } from "@/domains/accounts/team-dialogs";
import { EmptyState } from "@/ui/empty-state";
import { Page } from "@/ui/page";

/** Programs that log to the team. */
export function Services({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { addService, renewKey, removeMember } = useTeamActions(team.name);
  return (
    <Page
      title={t("accounts.team.nav.services")}
      nested
      actions={team.canManage && <AddServiceButton hint={t("accounts.team.serviceHint")} add={addService} />}
    >
      <p className={styles.text}>{t("accounts.team.servicesText")}</p>
      <PeopleList
        members={team.members.filter((member) => member.service)}
        empty={<EmptyState title={t("accounts.team.noServices")}>{t("accounts.team.noServicesText")}</EmptyState>}
      >
        {(shown) => (
          <ServiceTable
            place={team}
            accounts={shown}
            renewKey={(account) => renewKey(account.id)}
            end={(account) => removeMember(account.id)}
          />
        )}
      </PeopleList>
    </Page>
  );
}
