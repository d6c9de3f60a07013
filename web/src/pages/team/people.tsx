import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Team, TeamMember } from "@/api/contract";
import { InvitationTable } from "@/domains/accounts/invitation-table";
import { MemberTable } from "@/domains/accounts/member-table";
import styles from "@/domains/accounts/people.module.css";
import { PeopleList } from "@/domains/accounts/people-list";
import { useCustomRoles } from "@/domains/accounts/roles";
import { useUser } from "@/domains/accounts/session";
import { useTeamActions } from "@/domains/accounts/team";
import { AddMemberButton } from "@/domains/accounts/team-dialogs";
import { Page } from "@/ui/page";

/** Who belongs to the team, and as what; who has been asked to. */
export function People({ team }: { team: Team }) {
  const { t } = useTranslation();
  const { username, admin } = useUser();
  const navigate = useNavigate();
  const { setMember, removeMember } = useTeamActions(team.name);
  const custom = useCustomRoles(team);
  const remove = async (member: TeamMember) => {
    await removeMember(member.id);
    if (member.username === username && !admin) void navigate("/home");
  };
  return (
    <Page
      title={t("accounts.team.people")}
      nested
      actions={team.canManage && <AddMemberButton team={team.name} custom={custom} />}
    >
      <PeopleList members={team.members.filter((member) => !member.service)} empty={null}>
        {(shown) => (
          <MemberTable
            place={team}
            members={shown}
            label={t("accounts.team.members")}
            self={username}
            removeText={t("accounts.team.removeText")}
            leaveText={t("accounts.team.leaveText")}
            custom={custom}
            setRole={(member, role) => setMember({ username: member.username, role })}
            remove={remove}
          />
        )}
      </PeopleList>
      {team.invitations.length > 0 && (
        <section className={styles.section}>
          <h2>{t("accounts.team.invitations")}</h2>
          <InvitationTable team={team} />
        </section>
      )}
    </Page>
  );
}
