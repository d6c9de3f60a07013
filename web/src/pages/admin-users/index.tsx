import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { UserKind } from "@/api/contract";
import { AskOnceButton } from "@/domains/accounts/ask-once";
import { useUser } from "@/domains/accounts/session";
import { ListPage } from "@/domains/admin/list-page";
import { usersQuery, useUserActions } from "@/domains/admin/queries";
import { useAsked } from "@/domains/admin/use-asked";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { Select } from "@/ui/field";
import { UserTable } from "./user-table";

const KINDS = ["all", "active", "admins", "ended", "services"] as const satisfies readonly UserKind[];

/** Every account of the server, and what an administrator does about it. */
export default function UsersPage() {
  const { t } = useTranslation();
  useTitle(t("admin.users.title"), t("admin.title"));
  const { username } = useUser();
  const list = useAsked();
  const kind = KINDS.find((one) => one === list.params.get("kind")) ?? "all";
  const { data, error, refetch } = useQuery(usersQuery(list.asked, kind));
  return (
    <ListPage
      title={t("admin.users.title")}
      list={list}
      total={data?.total}
      error={error}
      onRetry={() => void refetch()}
      actions={<AddUserButton />}
      filters={
        <Select
          aria-label={t("admin.users.kind")}
          value={kind}
          options={KINDS.map((value) => ({ value, label: t(`admin.users.kinds.${value}`) }))}
          onChange={(value) => list.set("kind", value === "all" ? "" : value)}
        />
      }
      empty={<EmptyState title={t("admin.users.none")} />}
    >
      {data && <UserTable users={data.users} self={username} />}
    </ListPage>
  );
}

function AddUserButton() {
  const { t } = useTranslation();
  const { add } = useUserActions();
  return (
    <AskOnceButton
      label={t("admin.users.invite")}
      field={t("admin.users.address")}
      hint={t("admin.users.addressHint")}
      type="email"
      look="primary"
      send={async (email) => {
        const made = await add(email);
        const text = made.mailed ? t("admin.users.linkMailed") : t("admin.users.linkText");
        return { title: t("admin.users.link", { name: made.username }), text, secret: made.url };
      }}
    />
  );
}
