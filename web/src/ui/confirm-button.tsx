import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { useFailureText } from "./error-state";
import { FormError } from "./form-error";

interface ConfirmButtonProps {
  label: string;
  /** asked with the object's name in it */
  question: string;
  /** what will be lost */
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
  size?: "small" | "medium";
}

/** A button for what cannot be taken back: asks first, stays open when it fails. */
export function ConfirmButton({ label, question, children, onConfirm, size = "small" }: ConfirmButtonProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      setOpen(false);
    } catch (failure) {
      setError(failureText(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button size={size} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={question}
        description={children}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{t("common.cancel")}</Button>
            <Button look="danger" busy={busy} onClick={() => void confirm()}>
              {label}
            </Button>
          </>
        }
      >
        {error && <FormError>{error}</FormError>}
      </Dialog>
    </>
  );
}
