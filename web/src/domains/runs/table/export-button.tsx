import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { writeCsv } from "@/lib/csv";
import { saveText } from "@/lib/save-text";
import { Button } from "@/ui/button";
import { useFailureText } from "@/ui/error-state";
import { toast } from "@/ui/toast";
import { cellOf } from "./columns";
import { readAllRuns } from "./use-run-window";
import type { TableView } from "./use-table-view";

/** All matching runs with the columns shown, as a file. Cells that a spreadsheet would run are made harmless. */
export function ExportButton({ entity, project, view }: { entity: string; project: string; view: TableView }) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const runs = await readAllRuns(entity, project, view.query);
      const { columns } = view;
      const cells = runs.map((row) => columns.map((column) => plain(cellOf(row, column))));
      saveText(`${project}-runs.csv`, writeCsv([columns.map(({ id }) => id), ...cells]), "text/csv");
      toast.good(t("runs.table.exported", { count: runs.length }));
    } catch (error) {
      toast.bad(failureText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<Download aria-hidden />} busy={busy} onClick={() => void save()}>
      {busy ? t("runs.table.exporting") : t("runs.table.export")}
    </Button>
  );
}

/** A list of words reads better than its JSON. */
const plain = (value: unknown): unknown =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value.join(", ") : value;
