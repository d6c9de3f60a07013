import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field, Input } from "./field";
import { useForm } from "./form";
import { FormError } from "./form-error";

interface AskDialogProps {
  title: string;
  text: ReactNode;
  /** the word on the button that acts */
  action: string;
  danger?: boolean;
  /** must be typed before it acts: for what cannot be taken back */
  confirmName?: string;
  /** gets the fields by name; what it throws is shown, and the dialog stays */
  onSend: (fields: Record<string, string>) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}

/** A question with a form in it. Closes when it is done. */
export function AskDialog({
  title,
  text,
  action,
  danger = false,
  confirmName,
  onSend,
  onClose,
  children,
}: AskDialogProps) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const { busy, error, onSubmit } = useForm(async (fields) => {
    await onSend(fields);
    onClose();
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={text}
      actions={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button
            type="submit"
            form={id}
            look={danger ? "danger" : "primary"}
            busy={busy}
            disabled={confirmName !== undefined && typed !== confirmName}
          >
            {action}
          </Button>
        </>
      }
    >
      <form id={id} className="stack" onSubmit={onSubmit}>
        {children}
        {confirmName !== undefined && (
          <Field label={t("common.typeToConfirm", { name: confirmName })}>
            {(control) => (
              <Input
                {...control}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                autoFocus
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        )}
        {error && <FormError>{error}</FormError>}
      </form>
    </Dialog>
  );
}
