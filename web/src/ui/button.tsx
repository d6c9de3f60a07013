import { type ButtonHTMLAttributes, forwardRef, type ReactNode } from "react";
import { cx } from "@/lib/class-names";
import styles from "./button.module.css";

interface Look {
  /** one `primary` per view; `danger` only where something is lost */
  look?: "plain" | "primary" | "danger" | "quiet";
  size?: "small" | "medium";
}
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  icon?: ReactNode;
  /** keeps the width and says busy to a screen reader; clicks do nothing meanwhile */
  busy?: boolean;
}

export const buttonClass = ({ look = "plain", size = "medium" }: Look = {}): string =>
  cx(styles.button, styles[look], size === "small" && styles.small);

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { look = "plain", size = "medium", icon, busy = false, type = "button", className, children, disabled, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      className={cx(buttonClass({ look, size }), className)}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
});
