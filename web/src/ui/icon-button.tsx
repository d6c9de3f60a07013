import { type ButtonHTMLAttributes, forwardRef, type ReactNode } from "react";
import { cx } from "@/lib/class-names";
import styles from "./icon-button.module.css";
import { Tooltip } from "./tooltip";

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  /** the accessible name, also shown as a tooltip */
  label: string;
  icon: ReactNode;
  tooltip?: boolean;
}

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { label, icon, tooltip = true, type = "button", className, ...rest },
  ref,
) {
  const button = (
    <button ref={ref} type={type} aria-label={label} className={cx(styles.button, className)} {...rest}>
      {icon}
    </button>
  );
  return tooltip ? <Tooltip text={label}>{button}</Tooltip> : button;
});
