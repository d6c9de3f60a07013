export const alerts = {
  title: "Alerts",
  bell: "Alerts",
  bellUnread_one: "Alerts, {{count}} new",
  bellUnread_other: "Alerts, {{count}} new",
  none: "No alerts",
  noneText: "What your programs send with run.alert appears here.",
  new: "new",
  byMail: "Send them to me by e-mail",
  least: "From this severity on",
  choose: "Choose what comes by e-mail",
  noMail: "This server has no mail server set.",
  severity: { INFO: "Info", WARN: "Warning", ERROR: "Error" },
} as const;
