import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { AskDialog } from "@/ui/ask-dialog";
import { ChipEditor } from "@/ui/chip-editor";
import { useFailureText } from "@/ui/error-state";
import { toast } from "@/ui/toast";
import { type AliasesChange, useChangeAliases } from "../edits";
import { aliasesQuery, type VersionRef } from "../queries";

const LATEST = "latest";

/** The aliases of a version. One that another version has is moved here only after a question. */
export function AliasEditor({ place, version }: { place: VersionRef; version: ArtifactDetail }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const failureText = useFailureText();
  const { mutateAsync } = useChangeAliases(place);
  const [taken, setTaken] = useState<{ alias: string; from: string } | null>(null);
  const change = async (aliases: AliasesChange) => {
    try {
      await mutateAsync(aliases);
    } catch (error) {
      toast.bad(failureText(error));
    }
  };
  const add = async (alias: string) => {
    try {
      const { aliases } = await client.fetchQuery({ ...aliasesQuery(place, alias), staleTime: 0 });
      const holder = aliases.find((one) => one.alias === alias);
      if (holder && holder.version !== version.version) setTaken({ alias, from: holder.version });
      else await change({ add: [alias] });
    } catch (error) {
      toast.bad(failureText(error));
    }
  };
  return (
    <>
      <ChipEditor
        items={version.aliases}
        tone={(alias) => (alias === LATEST ? "accent" : "plain")}
        isFixed={(alias) => alias === LATEST}
        canEdit={version.canWrite && version.state === "COMMITTED"}
        addLabel={t("artifacts.edit.addAlias")}
        addText={t("artifacts.edit.alias")}
        removeLabel={(name) => t("artifacts.edit.removeAlias", { name })}
        onAdd={(alias) => void add(alias)}
        onRemove={(alias) => void change({ remove: [alias] })}
      />
      {taken && (
        <AskDialog
          title={t("artifacts.edit.moveAlias", { alias: taken.alias })}
          text={t("artifacts.edit.moveAliasText", { ...taken, to: version.version })}
          action={t("artifacts.edit.moveAliasAction", { to: version.version })}
          onClose={() => setTaken(null)}
          onSend={() => mutateAsync({ add: [taken.alias] })}
        />
      )}
    </>
  );
}
