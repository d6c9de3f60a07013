import { useQueries } from "@tanstack/react-query";
import { ArrowDownUp, ChevronDown, ChevronRight, Link2 } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactTypes, CollectionRow } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { formatCount, formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuChoice } from "@/ui/menu";
import { RowList, rowStyles, useRowList } from "@/ui/row-list";
import { useShortcut } from "@/ui/shortcuts";
import { Skeleton } from "@/ui/skeleton";
import type { ArtifactAddress } from "../address";
import { AliasChips } from "../alias-chips";
import { versionsQuery } from "../queries";
import styles from "./collection-nav.module.css";
import { collectionKey, type NavRow, navRows, SORTS, type Sort } from "./nav-rows";

const ROW_PX = 30;
// of an open collection; the rest is one step further
const VERSIONS = 10;

interface CollectionNavProps {
  entity: string;
  project: string;
  types: ArtifactTypes["types"];
  here: Pick<ArtifactAddress, "type" | "collection" | "version">;
}

/** All collections of a project under their types, with their newest versions, to search and to open. Draws only what shows. */
export function CollectionNav({ entity, project, types, here }: CollectionNavProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [sort, setSort] = useState<Sort>("name");
  const [folded, toggleType] = useToggled();
  const [opened, toggleCollection] = useToggled(initiallyOpen(here));
  const versionsOf = useVersions(entity, project, types, opened);
  const rows = useMemo(
    () => navRows(types, { query, sort, folded, opened, versionsOf }),
    [types, query, sort, folded, opened, versionsOf],
  );
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", t("artifacts.find"), () => input.current?.focus());
  // a copied address begins with its collection in sight
  const beginAt = rows.findIndex((row) => isHere(row, here));
  const list = useRowList({ count: rows.length, rowPx: ROW_PX, beginAt });
  return (
    <nav className={styles.nav} aria-label={t("artifacts.nav")}>
      <div className={styles.find}>
        <Input
          ref={input}
          type="search"
          value={query}
          placeholder={t("artifacts.find")}
          aria-label={t("artifacts.find")}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            setQuery("");
            event.currentTarget.blur();
          }}
        />
        <Menu trigger={<IconButton label={t("artifacts.sortBy")} icon={<ArrowDownUp aria-hidden />} />}>
          <MenuChoice
            label={t("artifacts.sortBy")}
            value={sort}
            onChange={setSort}
            options={SORTS.map((value) => ({ value, label: t(`artifacts.sort.${value}`) }))}
          />
        </Menu>
      </div>
      {rows.length === 0 && <p className={styles.note}>{t("artifacts.noMatch")}</p>}
      <RowList list={list}>
        {(index) => {
          const row = rows[index];
          return (
            row && (
              <Row
                row={row}
                current={isHere(row, here)}
                to={pathTo(entity, project, row)}
                onToggleType={toggleType}
                onToggleCollection={toggleCollection}
              />
            )
          );
        }}
      </RowList>
    </nav>
  );
}

function useToggled(initial: ReadonlySet<string> = new Set()): [ReadonlySet<string>, (key: string) => void] {
  const [keys, setKeys] = useState(initial);
  const toggle = (key: string) =>
    setKeys((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return [keys, toggle];
}

/** Who comes to a version sees its neighbours. */
const initiallyOpen = ({ type, collection, version }: CollectionNavProps["here"]): ReadonlySet<string> =>
  new Set(type && collection && version ? [collectionKey({ type, name: collection })] : []);

function useVersions(entity: string, project: string, types: ArtifactTypes["types"], opened: ReadonlySet<string>) {
  const open = useMemo(
    () => types.flatMap(({ collections }) => collections).filter((one) => opened.has(collectionKey(one))),
    [types, opened],
  );
  const answers = useQueries({
    queries: open.map(({ type, name }) =>
      versionsQuery({ entity, project, type, collection: name }, { offset: 0, limit: VERSIONS }),
    ),
    combine: (found) => found.map(({ data }) => data?.rows),
  });
  return useMemo(() => {
    const known = new Map(open.map((one, index) => [collectionKey(one), answers[index]]));
    return (collection: CollectionRow) => known.get(collectionKey(collection));
  }, [open, answers]);
}

function pathTo(entity: string, project: string, row: NavRow): string {
  if (row.kind === "type") return artifactPath(entity, project, row.type);
  const { name } = row.collection;
  return row.kind === "version"
    ? artifactPath(entity, project, row.type, name, row.version.version)
    : artifactPath(entity, project, row.type, name);
}

function isHere(row: NavRow, here: CollectionNavProps["here"]): boolean {
  if (row.type !== here.type) return false;
  if (row.kind === "type") return here.collection === null;
  if (row.collection.name !== here.collection) return false;
  if (row.kind === "collection") return here.version === null;
  const { version } = here;
  return row.kind === "version" && version !== null && [row.version.version, ...row.version.aliases].includes(version);
}

interface RowProps {
  row: NavRow;
  current: boolean;
  to: string;
  onToggleType: (type: string) => void;
  onToggleCollection: (key: string) => void;
}

function Row({ row, current, to, onToggleType, onToggleCollection }: RowProps) {
  const { t } = useTranslation();
  const look = cx(rowStyles.row(current), styles.row);
  const page = current ? "page" : undefined;
  switch (row.kind) {
    case "type":
      return (
        <div className={look}>
          <Fold open={row.open} label={row.type} onToggle={() => onToggleType(row.type)} />
          <Link to={to} className={cx(rowStyles.name, styles.type)} aria-current={page}>
            {row.type}
          </Link>
          <span className={rowStyles.figure}>{formatCount(row.count)}</span>
        </div>
      );
    case "collection": {
      const { name, kind, versionCount } = row.collection;
      return (
        <div className={cx(look, styles.inner)}>
          <Fold
            open={row.open}
            label={t("artifacts.showVersions", { name })}
            onToggle={() => onToggleCollection(collectionKey(row.collection))}
          />
          <Link to={to} title={name} className={styles.collection} aria-current={page}>
            <span className={rowStyles.name}>{name}</span>
            {kind === "portfolio" && <Link2 aria-label={t("artifacts.links")} className={styles.links} />}{" "}
            <span className={rowStyles.figure}>
              <span aria-hidden>{formatCount(versionCount)}</span>
              <span className="visually-hidden">
                {t("artifacts.count", { count: versionCount, total: formatInteger(versionCount) })}
              </span>
            </span>
          </Link>
        </div>
      );
    }
    case "version":
      return (
        <Link to={to} className={cx(look, styles.version)} aria-current={page}>
          <span className={styles.number}>{row.version.version}</span>
          <AliasChips aliases={row.version.aliases} />
        </Link>
      );
    case "waiting":
      return (
        <div className={cx(look, styles.version)}>
          <Skeleton width="50%" height={10} />
        </div>
      );
    case "more":
      return (
        <Link to={to} className={cx(look, styles.version, styles.more)}>
          {t("artifacts.allVersions", { total: formatInteger(row.collection.versionCount) })}
        </Link>
      );
  }
}

const Fold = ({ open, label, onToggle }: { open: boolean; label: string; onToggle: () => void }) => (
  <button type="button" className={styles.fold} aria-expanded={open} aria-label={label} onClick={onToggle}>
    {open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
  </button>
);
