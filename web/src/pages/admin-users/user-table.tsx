import { Ellipsis, KeyRound, ShieldCheck, ShieldOff, UserCheck, UserX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ListedAccount } from "@/api/contract";
import { type Once, OnceDialog } from "@/domains/accounts/once-dialog";
import styles from "@/domains/admin/admin.module.css";
import { useUserActions } from "@/domains/admin/queries";
import { formatInteger } from "@/lib/number";
import { entityPath } from "@/lib/paths";
import { AskDialog } from "@/ui/ask-dialog";
import { Badge } from "@/ui/badge";
import { useFailureText } from "@/ui/error-state";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuItem } from "@/ui/menu";
import { RelativeTime } from "@/ui/relative-time";
import { ActionsHead, Head, Num, RowActions, Table } from "@/ui/table";
import { toast } from "@/ui/toast";

export function UserTable({ users, self }: { users: readonly ListedAccount[]; self: string }) {
  const { t } = useTranslation();
  const isKept = users.some((user) => user.daysActive !== null);
  return (
    <Table label={t("admin.users.title")}>
      <thead>
        <tr>
          <Head>{t("admin.users.name")}</Head>
          <Head>{t("admin.users.email")}</Head>
          <Head numeric>{t("admin.users.teams")}</Head>
          <Head numeric>{t("admin.users.keys")}</Head>
          <Head>{t("admin.users.seen")}</Head>
          {isKept && <Head numeric>{t("admin.users.daysActive")}</Head>}
          <Head>{t("admin.users.created")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.username}>
            <td>
              <Name user={user} self={self} />
            </td>
            <td>{user.email}</td>
            <Num>{formatInteger(user.teams)}</Num>
            <Num>{formatInteger(user.keys)}</Num>
            <td>
              <RelativeTime at={user.lastSeenAt} empty={t("common.never")} />
            </td>
            {isKept && <Num>{user.daysActive === null ? t("common.none") : formatInteger(user.daysActive)}</Num>}
            <td>
              <RelativeTime at={user.createdAt} />
            </td>
            <RowActions>
              <Actions user={user} isSelf={user.username === self} />
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Name({ user, self }: { user: ListedAccount; self: string }) {
  const { t } = useTranslation();
  return (
    <div className={styles.two}>
      {user.service ? user.username : <Link to={entityPath(user.username)}>{user.username}</Link>}
      <span className={styles.badges}>
        {user.admin && <Badge tone="accent">{t("admin.users.admin")}</Badge>}
        {user.service && <Badge>{t("admin.users.service")}</Badge>}
        {!user.active && <Badge tone="warn">{t("admin.users.ended")}</Badge>}
        {user.username === self && <Badge>{t("admin.users.you")}</Badge>}
      </span>
      {user.name !== user.username && <span className={styles.small}>{user.name}</span>}
    </div>
  );
}

type Question = "deactivate" | "makeAdmin" | "unmakeAdmin";

/** Nobody ends their own account by a slip: that is left to another administrator. */
function Actions({ user, isSelf }: { user: ListedAccount; isSelf: boolean }) {
  const { t } = useTranslation();
  const { change, makeLink } = useUserActions();
  const failureText = useFailureText();
  const [question, setQuestion] = useState<Question | null>(null);
  const [once, setOnce] = useState<Once | null>(null);
  const name = user.username;

  const attempt = (work: Promise<unknown>) => work.catch((failure: unknown) => toast.bad(failureText(failure)));
  const link = async () => {
    const made = await makeLink(name);
    const text = made.mailed ? t("admin.users.linkMailed") : t("admin.users.linkText");
    setOnce({ title: t("admin.users.link", { name }), text, secret: made.url });
  };
  const restore = async () => {
    await change({ username: name, active: true });
    toast.good(t("admin.users.restored", { name }));
  };
  const CHANGES = {
    deactivate: { active: false },
    makeAdmin: { admin: true },
    unmakeAdmin: { admin: false },
  } as const;

  return (
    <>
      <Menu trigger={<IconButton label={t("admin.users.actions", { name })} icon={<Ellipsis aria-hidden />} />}>
        {user.active && !user.service && (
          <MenuItem icon={<KeyRound aria-hidden />} onSelect={() => void attempt(link())}>
            {t("admin.users.newPassword")}
          </MenuItem>
        )}
        {user.active && !user.service && (
          <MenuItem
            icon={user.admin ? <ShieldOff aria-hidden /> : <ShieldCheck aria-hidden />}
            onSelect={() => setQuestion(user.admin ? "unmakeAdmin" : "makeAdmin")}
          >
            {user.admin ? t("admin.users.unmakeAdmin") : t("admin.users.makeAdmin")}
          </MenuItem>
        )}
        {user.active ? (
          <MenuItem icon={<UserX aria-hidden />} danger disabled={isSelf} onSelect={() => setQuestion("deactivate")}>
            {t("admin.users.deactivate")}
          </MenuItem>
        ) : (
          <MenuItem icon={<UserCheck aria-hidden />} onSelect={() => void attempt(restore())}>
            {t("admin.users.restore")}
          </MenuItem>
        )}
      </Menu>
      {question && (
        <AskDialog
          title={t(`admin.users.${question}Question`, { name })}
          text={t(`admin.users.${question}Text`)}
          action={t(`admin.users.${question}`)}
          danger={question !== "makeAdmin"}
          onSend={() => change({ username: name, ...CHANGES[question] })}
          onClose={() => setQuestion(null)}
        />
      )}
      {once && <OnceDialog once={once} onClose={() => setOnce(null)} />}
    </>
  );
}
