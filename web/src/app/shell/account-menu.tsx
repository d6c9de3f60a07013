import { Building2, Keyboard, Library, ListChecks, LogOut, Settings, ShieldCheck, User } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSessionActions, useUser } from "@/domains/accounts/session";
import { ADMIN_PATH, entityPath, organizationPath, REGISTRIES_PATH } from "@/lib/paths";
import { type ThemeChoice, useAppearance } from "@/lib/theme";
import { useFailureText } from "@/ui/error-state";
import { KeyCaps } from "@/ui/key-caps";
import { Menu, MenuChoice, MenuItem, MenuLink, MenuSeparator } from "@/ui/menu";
import { toast } from "@/ui/toast";
import styles from "./account-menu.module.css";

/** The menu behind the initial of the signed-in user. */
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const { signOut } = useSessionActions();
  const failureText = useFailureText();
  const { choice, chooseTheme } = useAppearance();
  const themes: readonly { value: ThemeChoice; label: string }[] = [
    { value: "light", label: t("shell.theme.light") },
    { value: "dark", label: t("shell.theme.dark") },
    { value: "system", label: t("shell.theme.system") },
  ];

  const leave = async () => {
    try {
      window.location.assign(await signOut());
    } catch (error) {
      toast.bad(failureText(error));
    }
  };

  return (
    <Menu
      trigger={
        <button type="button" className={styles.avatar} aria-label={t("shell.account", { name: user.username })}>
          {(user.name || user.username).trim().charAt(0).toUpperCase()}
        </button>
      }
    >
      <div className={styles.who}>
        <strong>{user.name || user.username}</strong>
        <span>{user.email}</span>
      </div>
      <MenuSeparator />
      <MenuLink icon={<User aria-hidden />} to={entityPath(user.username)}>
        {t("shell.profile")}
      </MenuLink>
      <MenuLink icon={<Settings aria-hidden />} to="/settings">
        {t("shell.settings")}
      </MenuLink>
      <MenuLink icon={<Library aria-hidden />} to={REGISTRIES_PATH}>
        {t("registries.title")}
      </MenuLink>
      {user.entities
        .filter((entity) => entity.kind === "organization")
        .map(({ name }) => (
          <MenuLink key={name} icon={<Building2 aria-hidden />} to={organizationPath(name)}>
            {name}
          </MenuLink>
        ))}
      <MenuLink icon={<ListChecks aria-hidden />} to="/compat">
        {t("shell.compat")}
      </MenuLink>
      {user.admin && (
        <MenuLink icon={<ShieldCheck aria-hidden />} to={ADMIN_PATH}>
          {t("admin.title")}
        </MenuLink>
      )}
      <MenuSeparator />
      <MenuChoice label={t("shell.theme.label")} value={choice} options={themes} onChange={chooseTheme} />
      <MenuSeparator />
      <MenuItem icon={<Keyboard aria-hidden />} hint={<KeyCaps keys="?" />} onSelect={onHelp}>
        {t("shell.help.open")}
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void leave()}>
        {t("shell.signOut")}
      </MenuItem>
    </Menu>
  );
}
