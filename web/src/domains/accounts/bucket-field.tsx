import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BucketChoice } from "@/api/contract";
import { Field, Select } from "@/ui/field";

/** Where a new team keeps its content: nothing where the operator offers one place only. The field is `bucket`. */
export function BucketField({ choices }: { choices: readonly BucketChoice[] }) {
  const { t } = useTranslation();
  const [bucket, setBucket] = useState("");
  if (choices.length === 0) return null;
  const options = [
    { value: "", label: t("accounts.bucket.main") },
    ...choices.map(({ name }) => ({ value: name, label: name })),
  ];
  const location = choices.find(({ name }) => name === bucket)?.location;
  return (
    <Field
      label={t("accounts.bucket.title")}
      hint={
        <>
          {t("accounts.bucket.hint")} {location && <code>{location}</code>}
        </>
      }
    >
      {(control) => <Select {...control} name="bucket" value={bucket} options={options} onChange={setBucket} />}
    </Field>
  );
}
