import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Roles as Found, HeldRole, Organization } from "@/api/contract";
import styles from "@/domains/accounts/people.module.css";
import { RoleButton } from "@/domains/accounts/role-dialog";
import { rolesQuery, useRoleActions } from "@/domains/accounts/roles";
import { formatInteger } from "@/lib/number";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { ActionsHead, Head, Num, RowActions, Table } from "@/ui/table";

/** What the people of the organization's teams may hold beside admin, member and viewer. */
export function Roles({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(rolesQuery(organization.name));
  const { create } = useRoleActions(organization.name);
  return (
    <Page
      title={t("organizations.nav.roles")}
      nested
      actions={
        data?.canManage && (
          <RoleButton
            label={t("organizations.roles.create")}
            look="primary"
            permissions={data.permissions}
            send={create}
          />
        )
      }
    >
      <p className={styles.text}>{t("organizations.roles.text")}</p>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={3} />)}
      {data?.roles.length === 0 && (
        <EmptyState title={t("organizations.roles.none")}>
          {data.canManage ? t("organizations.roles.noneText") : t("organizations.roles.noneReadOnly")}
        </EmptyState>
      )}
      {data && data.roles.length > 0 && <RoleTable organization={organization.name} found={data} />}
    </Page>
  );
}

function RoleTable({ organization, found }: { organization: string; found: Found }) {
  const { t } = useTranslation();
  return (
    <Table label={t("organizations.nav.roles")}>
      <thead>
        <tr>
          <Head>{t("organizations.roles.name")}</Head>
          <Head>{t("organizations.roles.on")}</Head>
          <Head>{t("organizations.roles.permissions")}</Head>
          <Head numeric>{t("organizations.roles.holders")}</Head>
          {found.canManage && <ActionsHead />}
        </tr>
      </thead>
      <tbody>
        {found.roles.map((role) => (
          <tr key={role.id}>
            <td className={styles.name}>
              <div className={styles.two}>
                <span title={role.name}>{role.name}</span>
                {role.description && (
                  <span className={styles.muted} title={role.description}>
                    {role.description}
                  </span>
                )}
              </div>
            </td>
            <td>{t(`accounts.role.${role.inheritedFrom}`)}</td>
            <td>
              <div className={styles.bounds}>{role.permissions.join(", ") || t("common.none")}</div>
            </td>
            <Num>{formatInteger(role.holders)}</Num>
            {found.canManage && (
              <RowActions>
                <Actions organization={organization} role={role} permissions={found.permissions} />
              </RowActions>
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

interface ActionsProps {
  organization: string;
  role: HeldRole;
  permissions: Found["permissions"];
}

function Actions({ organization, role, permissions }: ActionsProps) {
  const { t } = useTranslation();
  const { change, remove } = useRoleActions(organization);
  return (
    <>
      <RoleButton
        label={t("organizations.roles.edit")}
        size="small"
        permissions={permissions}
        role={role}
        send={(given) => change({ id: role.id, ...given })}
      />{" "}
      <ConfirmButton
        label={t("organizations.roles.delete")}
        question={t("organizations.roles.deleteQuestion", { name: role.name })}
        onConfirm={() => remove(role.id)}
      >
        {t("organizations.roles.deleteText", {
          count: role.holders,
          role: t(`accounts.role.${role.inheritedFrom}`),
        })}
      </ConfirmButton>
    </>
  );
}
