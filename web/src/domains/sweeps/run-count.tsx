import { useTranslation } from "react-i18next";
import type { SweepRow } from "@/api/contract";
import { formatInteger } from "@/lib/number";

/** How many runs there are, and of how many where the search has an end. */
export function RunCount({ runCount, runCountExpected }: Pick<SweepRow, "runCount" | "runCountExpected">) {
  const { t } = useTranslation();
  const done = formatInteger(runCount);
  return runCountExpected === null ? done : t("sweeps.runsOf", { done, expected: formatInteger(runCountExpected) });
}
