import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Registry } from "@/api/contract";
import { RoleSelect } from "@/domains/accounts/member-table";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState, useFailureText } from "@/ui/error-state";
import { Field, Input, Select } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { SkeletonRows } from "@/ui/skeleton";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { membersQuery, type Role, useRegistryActions } from "./queries";
import styles from "./registry.module.css";
import { registryVisibility } from "./registry-visibility";

/** Whom the list of a registry names, people and teams; who administers it changes the list. */
export function RegistryPeople({ registry }: { registry: Registry }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(membersQuery(registry.entity, registry.project));
  const { setPerson, setTeam, removePerson, removeTeam } = useRegistryActions(registry);
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={4} />;
  const rows = [
    ...data.teams.map(({ team, role }) => ({
      name: team,
      role,
      isTeam: true,
      set: (next: Role) => setTeam({ team, role: next }),
      drop: () => removeTeam(team),
    })),
    ...data.members.map(({ username, role }) => ({
      name: username,
      role,
      isTeam: false,
      set: (next: Role) => setPerson({ username, role: next }),
      drop: () => removePerson(username),
    })),
  ];
  return (
    <div className={styles.part}>
      <p className={styles.muted}>{t(`registries.people.${registryVisibility(registry.visibility)}`)}</p>
      {registry.canManage && <AddForm registry={registry} />}
      {rows.length === 0 ? (
        <EmptyState title={t("registries.people.none")} />
      ) : (
        <Table label={t("registries.people.title")}>
          <thead>
            <tr>
              <Head>{t("registries.people.name")}</Head>
              <Head>{t("accounts.team.role")}</Head>
              {registry.canManage && <ActionsHead />}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PersonRow key={`${row.isTeam} ${row.name}`} registry={registry} {...row} />
            ))}
          </tbody>
        </Table>
      )}
    </div>
  );
}

interface PersonRowProps {
  registry: Registry;
  name: string;
  role: Role;
  isTeam: boolean;
  set: (role: Role) => Promise<unknown>;
  drop: () => Promise<unknown>;
}

function PersonRow({ registry, name, role, isTeam, set, drop }: PersonRowProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const change = (next: Role) => void set(next).catch((failure: unknown) => toast.bad(failureText(failure)));
  return (
    <tr>
      <td>
        {name} {isTeam && <Badge>{t("registries.people.team")}</Badge>}
      </td>
      <td>
        {registry.canManage ? (
          <RoleSelect label={t("accounts.team.roleOf", { name })} value={role} onChange={change} />
        ) : (
          t(`accounts.role.${role}`)
        )}
      </td>
      {registry.canManage && (
        <RowActions>
          <ConfirmButton
            label={t("accounts.team.remove")}
            question={t("registries.people.removeQuestion", { name, registry: registry.name })}
            onConfirm={drop}
          >
            {t(`registries.people.removeText.${registryVisibility(registry.visibility)}`)}
          </ConfirmButton>
        </RowActions>
      )}
    </tr>
  );
}

type Kind = "team" | "person";

function AddForm({ registry }: { registry: Registry }) {
  const { t } = useTranslation();
  const { setPerson, setTeam } = useRegistryActions(registry);
  const [kind, setKind] = useState<Kind>("team");
  const [role, setRole] = useState<Role>("viewer");
  const form = useId();
  const { busy, error, onSubmit } = useForm(async ({ name = "" }) => {
    const who = name.trim();
    if (kind === "team") await setTeam({ team: who, role });
    else await setPerson({ username: who, role });
    document.querySelector<HTMLFormElement>(`#${CSS.escape(form)}`)?.reset();
    toast.good(t("registries.people.added", { name: who }));
  });
  const kinds: { value: Kind; label: string }[] = [
    { value: "team", label: t("registries.people.team") },
    { value: "person", label: t("registries.people.person") },
  ];
  return (
    <form id={form} className={styles.add} onSubmit={onSubmit}>
      <Field label={t("registries.people.kind")}>
        {(control) => <Select {...control} value={kind} options={kinds} onChange={setKind} />}
      </Field>
      <Field label={kind === "team" ? t("registries.people.teamName") : t("registries.people.userName")}>
        {(control) => <Input {...control} name="name" autoComplete="off" required />}
      </Field>
      <Field label={t("accounts.team.role")}>
        {() => <RoleSelect<Role> label={t("accounts.team.role")} value={role} onChange={setRole} />}
      </Field>
      <Button type="submit" look="primary" busy={busy}>
        {t("registries.people.add")}
      </Button>
      <div className={styles.wrong}>
        <FormError>{error}</FormError>
      </div>
    </form>
  );
}
