import { type FormEvent, useState } from "react";
import { useFailureText } from "./error-state";

/**
 * A form that is sent once at a time and says why it was refused.
 * `send` gets the fields as text by name; what it throws becomes `error`, a sentence for a person.
 */
export function useForm(send: (fields: Record<string, string>) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const failureText = useFailureText();

  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]),
    );
    setBusy(true);
    setError(null);
    try {
      await send(fields);
    } catch (failure) {
      setError(failure instanceof FormProblem ? failure.message : failureText(failure));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, onSubmit };
}

/** Thrown by `send` for what is wrong before the server is asked; the message is already translated. */
export class FormProblem extends Error {}
