import { Building2, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Visibility } from "@/api/contract";
import { Badge } from "@/ui/badge";
import type { RegistryVisibility } from "./queries";

export const REGISTRY_VISIBILITIES: readonly RegistryVisibility[] = ["private", "restricted"];

/** What is not restricted is open to the organization, however the project says so. */
export const registryVisibility = (visibility: Visibility): RegistryVisibility =>
  visibility === "restricted" ? "restricted" : "private";

export function RegistryVisibilityBadge({ visibility }: { visibility: Visibility }) {
  const { t } = useTranslation();
  const word = registryVisibility(visibility);
  const Icon = word === "restricted" ? Lock : Building2;
  return (
    <Badge>
      <Icon aria-hidden />
      {t(`registries.visibility.${word}.name`)}
    </Badge>
  );
}
