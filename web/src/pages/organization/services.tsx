import { useTranslation } from "react-i18next";
import type { Organization } from "@/api/contract";
import { useOrganizationActions } from "@/domains/accounts/organization";
import styles from "@/domains/accounts/people.module.css";
import { PeopleList } from "@/domains/accounts/people-list";
import { ServiceTable } from "@/domains/accounts/service-table";
import { AddServiceButton } from "@/domains/accounts/team-dialogs";
import { EmptyState } from "@/ui/empty-state";
import { Page } from "@/ui/page";

/** Programs that log to all teams of the organization. */
export function Services({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const { addService, renewKey, removeMember } = useOrganizationActions(organization.name);
  return (
    <Page
      title={t("organizations.nav.services")}
      nested
      actions={organization.canManage && <AddServiceButton hint={t("organizations.services.hint")} add={addService} />}
    >
      <p className={styles.text}>{t("organizations.services.text")}</p>
      <PeopleList
        members={organization.members.filter((member) => member.service)}
        empty={<EmptyState title={t("organizations.services.none")}>{t("organizations.services.noneText")}</EmptyState>}
      >
        {(shown) => (
          <ServiceTable
            place={organization}
            accounts={shown}
            renewKey={(account) => renewKey(account.id)}
            end={(account) => removeMember(account.username)}
          />
        )}
      </PeopleList>
    </Page>
  );
}
