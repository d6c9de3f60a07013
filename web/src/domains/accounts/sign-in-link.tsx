import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { loginPath } from "@/lib/paths";
import { buttonClass } from "@/ui/button";

/** The way to the sign-in page, and from there back to this one. */
export function SignInLink() {
  const { t } = useTranslation();
  const { pathname, search, hash } = useLocation();
  return (
    <Link to={loginPath(pathname + search + hash)} className={buttonClass()}>
      {t("accounts.signIn.action")}
    </Link>
  );
}
