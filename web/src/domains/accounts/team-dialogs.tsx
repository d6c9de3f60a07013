import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewServiceAccount } from "@/api/contract";
import { Field } from "@/ui/field";
import { AskOnceButton } from "./ask-once";
import { RoleSelect } from "./member-table";
import { useOrganizationActions } from "./organization";
import { type Role, useTeamActions } from "./team";

/** Adds somebody who has an account at once, and shows a link for an address that has none. */
export function AddMemberButton({ team, custom }: { team: string; custom: readonly string[] }) {
  const { t } = useTranslation();
  const { setMember, invite } = useTeamActions(team);
  const [role, setRole] = useState<string>("member");
  return (
    <AskOnceButton
      label={t("accounts.team.add")}
      field={t("accounts.team.who")}
      hint={t("accounts.team.whoHint")}
      send={async (who) => {
        if (!who.includes("@")) {
          await setMember({ username: who, role });
          return null;
        }
        const made = await invite({ email: who, role });
        const text = made.mailed ? t("accounts.team.linkMailed") : t("accounts.team.linkText");
        return { title: t("accounts.team.link", { email: who }), text, secret: made.url };
      }}
    >
      <Field label={t("accounts.team.role")}>
        {() => <RoleSelect<string> label={t("accounts.team.role")} value={role} custom={custom} onChange={setRole} />}
      </Field>
    </AskOnceButton>
  );
}

/** Adds somebody who has an account to an organization. */
export function AddPersonButton({ organization }: { organization: string }) {
  const { t } = useTranslation();
  const { setMember } = useOrganizationActions(organization);
  const [role, setRole] = useState<Role>("member");
  return (
    <AskOnceButton
      label={t("organizations.people.add")}
      field={t("accounts.team.who")}
      hint={t("organizations.people.addHint")}
      send={async (username) => {
        await setMember({ username, role });
        return null;
      }}
    >
      <Field label={t("accounts.team.role")}>
        {() => <RoleSelect<Role> label={t("accounts.team.role")} value={role} onChange={setRole} />}
      </Field>
    </AskOnceButton>
  );
}

interface AddServiceProps {
  hint: string;
  add: (name: string) => Promise<NewServiceAccount>;
}

/** Makes an account for programs and shows its key once. */
export function AddServiceButton({ hint, add }: AddServiceProps) {
  const { t } = useTranslation();
  return (
    <AskOnceButton
      label={t("accounts.team.addService")}
      field={t("accounts.fields.name")}
      hint={hint}
      send={async (name) => {
        const made = await add(name);
        return { title: t("accounts.key.created", { name }), text: t("accounts.key.once"), secret: made.secret };
      }}
    />
  );
}
