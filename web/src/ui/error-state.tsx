import { RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/lib/failure";
import { Button } from "./button";
import styles from "./notice.module.css";

interface ErrorStateProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

/** What failed, the request id to hand to whoever runs the server, and a way to try again. */
export function ErrorState({ error, title, onRetry }: ErrorStateProps) {
  const { t } = useTranslation();
  const requestId = error instanceof Failure ? error.requestId : null;
  // our own mistake: its words help whoever gets the report
  const fault = error instanceof Error && !(error instanceof Failure) ? `${error.name}: ${error.message}` : null;
  return (
    <div className={styles.notice} role="alert">
      {title && <h2 className={styles.title}>{title}</h2>}
      <p className={styles.error}>{useFailureText()(error)}</p>
      {requestId && <p className={styles.request}>{t("common.requestId", { id: requestId })}</p>}
      {fault && <p className={styles.request}>{fault}</p>}
      {onRetry && (
        <div className={styles.action}>
          <Button icon={<RotateCw aria-hidden />} onClick={onRetry}>
            {t("common.retry")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Turns whatever was thrown into a sentence for a person. */
export function useFailureText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof Failure)) return t("common.unexpected");
    if (error.status === 0) return t("common.unreachable");
    return sentence(error.message);
  };
}

// the server's messages begin in lower case and have no full stop
const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
