import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { cx } from "@/lib/class-names";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import styles from "./toast.module.css";

interface ToastAction {
  label: string;
  run: () => void;
}

interface Toast {
  id: number;
  tone: "good" | "bad";
  text: string;
  action: ToastAction | undefined;
}

const SHOWN_MS = 5000;
// time to reach a button by keyboard
const SHOWN_WITH_ACTION_MS = 15_000;
const KEPT = 4;
let nextId = 1;

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
const drop = (id: number) =>
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));

function show(tone: Toast["tone"], text: string, action?: ToastAction): void {
  const id = nextId++;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { id, tone, text, action }].slice(-KEPT) }));
  // what failed stays until it is read
  if (tone === "good") setTimeout(() => drop(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

/** Short news in the corner, also spoken by screen readers; never the only place of something important. */
export const toast = {
  /** with an action: the way back, offered once */
  good: (text: string, action?: ToastAction) => show("good", text, action),
  bad: (text: string) => show("bad", text),
};

/** The status region; one per app. */
export function Toasts() {
  const { t } = useTranslation();
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className={styles.region} role="status" aria-live="polite">
      {toasts.map(({ id, tone, text, action }) => (
        <div key={id} className={cx(styles.toast, styles[tone])}>
          <span className={styles.text}>{text}</span>
          {action && (
            <Button
              size="small"
              onClick={() => {
                drop(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton label={t("common.close")} icon={<X aria-hidden />} tooltip={false} onClick={() => drop(id)} />
        </div>
      ))}
    </div>
  );
}
