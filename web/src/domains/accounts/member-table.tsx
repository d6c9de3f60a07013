import { useTranslation } from "react-i18next";
import type { TeamMember } from "@/api/contract";
import { Badge } from "@/ui/badge";
import { ConfirmButton } from "@/ui/confirm-button";
import { useFailureText } from "@/ui/error-state";
import { Select } from "@/ui/field";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import styles from "./people.module.css";
import type { Role } from "./team";

const ROLES: readonly Role[] = ["admin", "member", "viewer"];

interface MemberTableProps {
  /** the team or organization that they belong to */
  place: { name: string; canManage: boolean };
  members: readonly TeamMember[];
  label: string;
  self: string;
  /** what goes with them, and with the reader */
  removeText: string;
  leaveText: string;
  /** names of roles of the organization's own that they may hold */
  custom?: readonly string[];
  setRole: (member: TeamMember, role: string) => Promise<unknown>;
  remove: (member: TeamMember) => Promise<unknown>;
}

/** The people who belong to a team or an organization; who decides about them can change each. */
export function MemberTable({
  place,
  members,
  label,
  self,
  removeText,
  leaveText,
  custom,
  setRole,
  remove,
}: MemberTableProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const change = (member: TeamMember, role: string) =>
    void setRole(member, role).catch((failure: unknown) => toast.bad(failureText(failure)));
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
            <td className={styles.name} title={member.username}>
              {member.username} {member.name !== member.username && <span className={styles.muted}>{member.name}</span>}{" "}
              {!member.active && <Badge>{t("accounts.team.inactive")}</Badge>}
            </td>
            <td>
              {place.canManage ? (
                <RoleSelect<string>
                  label={t("accounts.team.roleOf", { name: member.username })}
                  value={member.customRole ?? member.role}
                  {...(custom && { custom })}
                  onChange={(role) => change(member, role)}
                />
              ) : (
                (member.customRole ?? t(`accounts.role.${member.role}`))
              )}
            </td>
            <RowActions>
              {(place.canManage || member.username === self) && (
                <ConfirmButton
                  label={member.username === self ? t("accounts.team.leave") : t("accounts.team.remove")}
                  question={
                    member.username === self
                      ? t("accounts.team.leaveQuestion", { team: place.name })
                      : t("accounts.team.removeQuestion", { name: member.username, team: place.name })
                  }
                  onConfirm={() => remove(member)}
                >
                  {member.username === self ? leaveText : removeText}
                </ConfirmButton>
              )}
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

interface RoleSelectProps<T extends string> {
  label: string;
  value: T | Role;
  /** names of roles of the organization's own */
  custom?: readonly T[];
  onChange: (role: T | Role) => void;
}

export function RoleSelect<T extends string = Role>({ label, value, custom = [], onChange }: RoleSelectProps<T>) {
  const { t } = useTranslation();
  const options = [
    ...ROLES.map((role) => ({ value: role, label: t(`accounts.role.${role}`) })),
    ...custom.map((name) => ({ value: name, label: name })),
  ];
  return (
    <Select<T | Role> className={styles.role} aria-label={label} value={value} options={options} onChange={onChange} />
  );
}
