import { type ReactNode, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TeamMember } from "@/api/contract";
import { EmptyState } from "@/ui/empty-state";
import { Input } from "@/ui/field";
import { Pager } from "@/ui/pager";
import { hasWords } from "@/ui/picker";
import styles from "./people.module.css";

const PAGE = 50;
// fewer than that are found by looking
const SEARCHED_FROM = 20;

interface PeopleListProps<T> {
  members: readonly T[];
  /** shown when there is nobody */
  empty: ReactNode;
  children: (shown: readonly T[]) => ReactNode;
}

/** A list of accounts: a long one is searched and comes page by page. */
export function PeopleList<T extends Pick<TeamMember, "username" | "name">>({
  members,
  empty,
  children,
}: PeopleListProps<T>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [offset, setOffset] = useState(0);
  const search = useDeferredValue(typed.trim());
  const found = search ? members.filter((one) => hasWords(`${one.username} ${one.name}`, search)) : members;
  const from = offset < found.length ? offset : 0;
  return (
    <div className={styles.section}>
      {members.length > SEARCHED_FROM && (
        <Input
          type="search"
          className={styles.search}
          aria-label={t("accounts.team.search")}
          placeholder={t("accounts.team.search")}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setOffset(0);
          }}
        />
      )}
      {found.length > 0 && children(found.slice(from, from + PAGE))}
      {found.length > PAGE && <Pager offset={from} size={PAGE} total={found.length} onMove={setOffset} />}
      {members.length === 0 && empty}
      {members.length > 0 && found.length === 0 && <EmptyState title={t("admin.noMatch", { query: search })} />}
    </div>
  );
}
