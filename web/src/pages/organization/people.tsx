import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Organization, TeamMember } from "@/api/contract";
import { MemberTable } from "@/domains/accounts/member-table";
import { useOrganizationActions } from "@/domains/accounts/organization";
import styles from "@/domains/accounts/people.module.css";
import { PeopleList } from "@/domains/accounts/people-list";
import { useUser } from "@/domains/accounts/session";
import { AddPersonButton } from "@/domains/accounts/team-dialogs";
import { Page } from "@/ui/page";

/** Who belongs to the organization, and as what. */
export function People({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const { username, admin } = useUser();
  const navigate = useNavigate();
  const { setMember, removeMember } = useOrganizationActions(organization.name);
  const people = organization.members.filter((member) => !member.service);
  const remove = async (member: TeamMember) => {
    await removeMember(member.username);
    if (member.username === username && !admin) void navigate("/home");
  };
  return (
    <Page
      title={t("organizations.people.title")}
      nested
      actions={organization.canManage && <AddPersonButton organization={organization.name} />}
    >
      <p className={styles.text}>{t("organizations.people.text")}</p>
      <PeopleList members={people} empty={null}>
        {(shown) => (
          <MemberTable
            place={organization}
            members={shown}
            label={t("accounts.team.members")}
            self={username}
            removeText={t("organizations.people.removeText")}
            leaveText={t("organizations.people.leaveText")}
            setRole={(member, role) => setMember({ username: member.username, role })}
            remove={remove}
          />
        )}
      </PeopleList>
    </Page>
  );
}
