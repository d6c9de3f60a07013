import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Registry } from "@/api/contract";
import { registryPath } from "@/lib/paths";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import styles from "./registry-cards.module.css";
import { RegistryVisibilityBadge } from "./registry-visibility";

// a card has room for a line of them
const TYPES_SHOWN = 4;
// of markdown: a card has two lines of plain words
const MARKS = /\*\*|`|^#+ /gm;

/** What there is, one card each: who sees it, what it takes, how much it holds. */
export function RegistryCards({ registries, withOrganization }: { registries: Registry[]; withOrganization: boolean }) {
  return (
    <ul className={styles.cards}>
      {registries.map((registry) => (
        <li key={`${registry.entity}/${registry.project}`} className={styles.card}>
          <Card registry={registry} withOrganization={withOrganization} />
        </li>
      ))}
    </ul>
  );
}

function Card({ registry, withOrganization }: { registry: Registry; withOrganization: boolean }) {
  const { t } = useTranslation();
  const { organization, name, description, visibility, types, allTypes } = registry;
  return (
    <>
      <div className={styles.head}>
        <h2 className={styles.name}>
          <Link to={registryPath(organization, name)}>{name}</Link>
        </h2>
        <RegistryVisibilityBadge visibility={visibility} />
      </div>
      <p className={styles.text}>{description.replace(MARKS, "") || t("registries.noDescription")}</p>
      <div className={styles.types}>
        {allTypes ? (
          <Badge>{t("registries.allTypes")}</Badge>
        ) : (
          types.slice(0, TYPES_SHOWN).map((type) => <Badge key={type}>{type}</Badge>)
        )}
        {!allTypes && types.length > TYPES_SHOWN && <Badge>{`+${types.length - TYPES_SHOWN}`}</Badge>}
      </div>
      <p className={styles.figures}>
        {withOrganization && `${organization} · `}
        {t("registries.collections", { count: registry.collectionCount })}
        {" · "}
        {t("registries.named", { count: registry.namedCount })}
        {" · "}
        <RelativeTime at={registry.updatedAt} />
      </p>
    </>
  );
}
