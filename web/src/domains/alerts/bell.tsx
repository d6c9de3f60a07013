import { useQuery } from "@tanstack/react-query";
import { BellDot, Bell as BellIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { IconButton } from "@/ui/icon-button";
import { inboxQuery } from "./queries";

/** The way to the inbox; it shows whether something new is there. */
export function Bell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const unread = useQuery(inboxQuery).data?.unread ?? 0;
  return (
    <IconButton
      label={unread > 0 ? t("alerts.bellUnread", { count: unread }) : t("alerts.bell")}
      icon={unread > 0 ? <BellDot aria-hidden /> : <BellIcon aria-hidden />}
      onClick={() => void navigate("/alerts")}
    />
  );
}
