import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ActivePerson, Organization, OrganizationActivity } from "@/api/contract";
import { ActiveDays } from "@/domains/accounts/active-days";
import { organizationActivityQuery } from "@/domains/accounts/organization";
import styles from "@/domains/accounts/people.module.css";
import { PeopleList } from "@/domains/accounts/people-list";
import { writeCsv } from "@/lib/csv";
import { formatInteger } from "@/lib/number";
import { entityPath } from "@/lib/paths";
import { saveText } from "@/lib/save-text";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Facts } from "@/ui/facts";
import { Select } from "@/ui/field";
import { Page } from "@/ui/page";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";
import NotFoundPage from "../not-found";

const SPANS = ["30", "90", "365"] as const;
type Span = (typeof SPANS)[number];

/** When the organization's people were active: by day, and each of them. For its administrators, where it is kept. */
export function Activity({ organization }: { organization: Organization }) {
  const { t } = useTranslation();
  const [span, setSpan] = useState<Span>("30");
  const { data, error, refetch } = useQuery({
    ...organizationActivityQuery(organization.name, Number(span)),
    enabled: organization.activity,
    placeholderData: (before: OrganizationActivity | undefined) => before,
  });
  if (!organization.activity) return <NotFoundPage />;
  const save = (people: readonly ActivePerson[]) =>
    saveText(`${organization.name}-activity.csv`, activityCsv(people), "text/csv;charset=utf-8");
  const choice = (
    <Select
      aria-label={t("organizations.activity.span")}
      value={span}
      options={SPANS.map((value) => ({ value, label: t("organizations.activity.lastDays", { count: Number(value) }) }))}
      onChange={setSpan}
    />
  );
  return (
    <Page
      title={t("organizations.activity.title")}
      nested
      actions={
        data && (
          <>
            {choice}
            <Button icon={<Download aria-hidden />} onClick={() => save(data.people)}>
              {t("organizations.activity.csv")}
            </Button>
          </>
        )
      }
    >
      <p className={styles.text}>{t("organizations.activity.text")}</p>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <Figures activity={data} />}
      {data && <ActiveDays days={data.days} />}
      {data && <ActivePeople people={data.people} />}
    </Page>
  );
}

const activityCsv = (people: readonly ActivePerson[]): string =>
  writeCsv([
    ["username", "name", "role", "last_active_at", "days_active_of_30"],
    ...people.map((one) => [one.username, one.name, one.role, one.lastActiveAt, one.daysActive]),
  ]);

function Figures({ activity }: { activity: OrganizationActivity }) {
  const { t } = useTranslation();
  return (
    <Facts
      facts={[
        [t("organizations.activity.people"), formatInteger(activity.people.length)],
        [t("organizations.activity.today"), formatInteger(activity.days.at(-1)?.people ?? 0)],
        [t("organizations.activity.month"), formatInteger(activity.people.filter((one) => one.daysActive > 0).length)],
        [t("organizations.activity.most"), formatInteger(Math.max(...activity.days.map(({ people }) => people)))],
      ]}
    />
  );
}

type Column = "username" | "lastActiveAt" | "daysActive";
interface Order {
  by: Column;
  descending: boolean;
}

const sortedBy = (one: ActivePerson, by: Column): string | number => one[by] ?? "";

/** In the asked order; people who are alike in it by name. */
export function inOrder(people: readonly ActivePerson[], { by, descending }: Order): ActivePerson[] {
  const sign = descending ? -1 : 1;
  const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  return people.toSorted((a, b) => sign * compare(sortedBy(a, by), sortedBy(b, by)) || compare(a.username, b.username));
}

function ActivePeople({ people }: { people: readonly ActivePerson[] }) {
  const { t } = useTranslation();
  const [order, setOrder] = useState<Order>({ by: "daysActive", descending: true });
  const head = (by: Column) => ({
    sort: order.by !== by ? ("none" as const) : order.descending ? ("descending" as const) : ("ascending" as const),
    // the first look at figures is for the largest, at names for the first
    onSort: () => setOrder({ by, descending: order.by === by ? !order.descending : by !== "username" }),
  });
  return (
    <PeopleList members={inOrder(people, order)} empty={null}>
      {(shown) => (
        <Table label={t("organizations.activity.table")}>
          <thead>
            <tr>
              <Head {...head("username")}>{t("organizations.activity.name")}</Head>
              <Head>{t("organizations.activity.role")}</Head>
              <Head {...head("lastActiveAt")}>{t("organizations.activity.last")}</Head>
              <Head numeric {...head("daysActive")}>
                {t("organizations.activity.days")}
              </Head>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.username}>
                <td>
                  <Link to={entityPath(one.username)}>{one.username}</Link>
                  {one.name !== one.username && <div className={styles.text}>{one.name}</div>}
                </td>
                <td>{one.role}</td>
                <td>
                  <RelativeTime at={one.lastActiveAt} empty={t("common.never")} />
                </td>
                <Num>{formatInteger(one.daysActive)}</Num>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </PeopleList>
  );
}
