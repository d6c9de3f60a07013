import { useTranslation } from "react-i18next";
import type { Team, TeamMember } from "@/api/contract";
import { Badge } from "@/ui/badge";
import { ConfirmButton } from "@/ui/confirm-button";
import { useFailureText } from "@/ui/error-state";
import { Select } from "@/ui/field";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import styles from "./people.module.css";
import { type Role, useTeamActions } from "./team";

const ROLES: readonly Role[] = ["admin", "member", "viewer"];

interface MemberTableProps {
  team: Team;
  /** people, or service accounts */
  members: readonly TeamMember[];
  label: string;
  self: string;
}

/** Those who belong to a team; who decides about them can change each. */
export function MemberTable({ team, members, label, self }: MemberTableProps) {
  const { t } = useTranslation();
  const { setMember, removeMember } = useTeamActions(team.name);
  const failureText = useFailureText();
  const change = (username: string, role: Role) =>
    setMember({ username, role }).catch((failure: unknown) => toast.bad(failureText(failure)));
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Head>{t("accounts.team.account")}</Head>
          <Head>{t("accounts.team.role")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={member.id}>
            <td>
              {member.username} {!member.active && <Badge>{t("accounts.team.inactive")}</Badge>}
            </td>
            <td>
              {team.canManage && !member.service ? (
                <RoleSelect
                  label={t("accounts.team.roleOf", { name: member.username })}
                  value={member.role}
                  onChange={(role) => void change(member.username, role)}
                />
              ) : (
                t(`accounts.role.${member.role}`)
              )}
            </td>
            <RowActions>
              {(team.canManage || member.username === self) && (
                <ConfirmButton
                  label={member.username === self ? t("accounts.team.leave") : t("accounts.team.remove")}
                  question={t("accounts.team.removeQuestion", { name: member.username, team: team.name })}
                  onConfirm={() => removeMember(member.id)}
                >
                  {member.service ? t("accounts.team.removeServiceText") : t("accounts.team.removeText")}
                </ConfirmButton>
              )}
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

export function RoleSelect({ label, value, onChange }: { label: string; value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation();
  const options = ROLES.map((role) => ({ value: role, label: t(`accounts.role.${role}`) }));
  return <Select className={styles.role} aria-label={label} value={value} options={options} onChange={onChange} />;
}
