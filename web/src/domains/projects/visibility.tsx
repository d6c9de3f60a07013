import { Globe, Lock, type LucideIcon, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { EntityRef, Visibility } from "@/api/contract";
import { Badge } from "@/ui/badge";

const ICONS: Record<Visibility, LucideIcon> = {
  private: Lock,
  team: Users,
  restricted: Lock,
  public: Globe,
  open: Globe,
};

/** Who may see a project, in one word. */
export function VisibilityBadge({ visibility }: { visibility: Visibility }) {
  const { t } = useTranslation();
  const Icon = ICONS[visibility];
  return (
    <Badge>
      <Icon aria-hidden />
      {t(`projects.visibility.${visibility}.name`)}
    </Badge>
  );
}

/** What can be chosen for a project of this kind of entity; what it is now stays a choice. */
export function visibilityChoices(kind: EntityRef["kind"], now?: Visibility): Visibility[] {
  const choices: Visibility[] =
    kind === "team" ? ["team", "restricted", "public", "open"] : ["private", "public", "open"];
  return now && !choices.includes(now) ? [now, ...choices] : choices;
}
