import { useTranslation } from "react-i18next";
import type { OrganizationActivity } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { formatDay } from "@/lib/time";
import styles from "./active-days.module.css";

type Day = OrganizationActivity["days"][number];

/** How many people were active on each day, as bars that name day and count. */
export function ActiveDays({ days }: { days: readonly Day[] }) {
  const { t } = useTranslation();
  const most = Math.max(...days.map(({ people }) => people), 1);
  const busiest = days.reduce((best, day) => (day.people > best.people ? day : best));
  const [first, last] = [days[0] as Day, days.at(-1) as Day];
  const label = t("organizations.activity.plot", {
    from: formatDay(first.day),
    to: formatDay(last.day),
    most: formatInteger(busiest.people),
    busiest: formatDay(busiest.day),
  });
  return (
    <figure className={styles.plot}>
      <span className={styles.most}>{formatInteger(most)}</span>
      <svg viewBox={`0 0 ${days.length} 100`} preserveAspectRatio="none" className={styles.bars} role="img">
        <title>{label}</title>
        {days.map(({ day, people }, index) => (
          <g key={day}>
            {/* all of the column answers to the pointer, however low its bar is */}
            <rect x={index} y={0} width={1} height={100} className={styles.column}>
              <title>{t("organizations.activity.day", { day: formatDay(day), count: people })}</title>
            </rect>
            <rect
              x={index + 0.1}
              y={100 - (people / most) * 100}
              width={0.8}
              height={(people / most) * 100}
              className={styles.bar}
            />
          </g>
        ))}
      </svg>
      <figcaption className={styles.axis} aria-hidden>
        <span>{formatDay(first.day)}</span>
        <span>{formatDay(last.day)}</span>
      </figcaption>
    </figure>
  );
}
