import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Registry } from "@/api/contract";
import { REGISTRIES_PATH } from "@/lib/paths";
import { AskDialog } from "@/ui/ask-dialog";
import { Button } from "@/ui/button";
import { ChipEditor } from "@/ui/chip-editor";
import { useFailureText } from "@/ui/error-state";
import { Checkbox, Field, Select } from "@/ui/field";
import { toast } from "@/ui/toast";
import { type RegistryChange, useRegistryActions } from "./queries";
import styles from "./registry.module.css";
import { REGISTRY_VISIBILITIES, registryVisibility } from "./registry-visibility";

/** Who sees a registry, what it takes, and its end. */
export function RegistrySettings({ registry }: { registry: Registry }) {
  const { t } = useTranslation();
  const { change } = useRegistryActions(registry);
  const failureText = useFailureText();
  const [deleting, setDeleting] = useState(false);
  const save = (wanted: RegistryChange) =>
    void change(wanted).then(
      () => toast.good(t("projects.overview.saved")),
      (failure: unknown) => toast.bad(failureText(failure)),
    );
  const visibility = registryVisibility(registry.visibility);
  return (
    <div className={`${styles.part} ${styles.settings}`}>
      <Field label={t("registries.visibility.title")} hint={t(`registries.visibility.${visibility}.text`)}>
        {(control) => (
          <Select
            {...control}
            value={visibility}
            options={REGISTRY_VISIBILITIES.map((value) => ({ value, label: t(`registries.visibility.${value}.name`) }))}
            onChange={(next) => save({ visibility: next })}
          />
        )}
      </Field>
      <Field label={t("registries.types.title")} hint={t("registries.types.hint")}>
        {() => (
          <ChipEditor
            items={registry.types}
            tone={() => "plain"}
            isFixed={() => true}
            canEdit
            addLabel={t("registries.types.add")}
            addText={t("registries.types.add")}
            removeLabel={(type) => t("registries.types.remove", { type })}
            onAdd={(type) => save({ artifactTypes: [type] })}
            onRemove={() => undefined}
          />
        )}
      </Field>
      <Checkbox
        label={t("registries.types.all")}
        checked={registry.allTypes}
        onChange={(event) => save({ allArtifactTypes: event.target.checked })}
      />
      <div>
        <Button look="danger" onClick={() => setDeleting(true)}>
          {t("registries.delete.action")}
        </Button>
      </div>
      {deleting && <DeleteDialog registry={registry} onClose={() => setDeleting(false)} />}
    </div>
  );
}

function DeleteDialog({ registry, onClose }: { registry: Registry; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { destroy } = useRegistryActions(registry);
  const { name } = registry;
  const send = async () => {
    await destroy();
    toast.good(t("registries.delete.done", { name }));
    await navigate(REGISTRIES_PATH, { replace: true });
  };
  return (
    <AskDialog
      title={t("registries.delete.title", { name })}
      text={t("registries.delete.text", { count: registry.collectionCount })}
      action={t("registries.delete.action")}
      danger
      confirmName={name}
      onSend={send}
      onClose={onClose}
    />
  );
}
