import { AlertTriangle, CircleAlert, Info, X } from "lucide-react";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Banner } from "@/api/contract";
import { IconButton } from "@/ui/icon-button";
import styles from "./banners.module.css";
import { useSession } from "./session";

const DISMISSED = "steelyard.banners";
const ICONS = { info: Info, warning: AlertTriangle, error: CircleAlert };

/** A banner with another text is another banner. */
const textOf = ({ name, heading, message }: Banner): string => JSON.stringify([name, heading, message]);

const readDismissed = (): string[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(DISMISSED) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
};

/** What the operator says on top of every page. What is dismissed stays away from this browser. */
export function Banners() {
  const { t } = useTranslation();
  const banners = useSession().data?.banners ?? [];
  const [dismissed, setDismissed] = useState(readDismissed);
  const shown = banners.filter((banner) => !(banner.dismissable && dismissed.includes(textOf(banner))));
  const measure = useMeasured();

  const dismiss = (banner: Banner) => {
    const there = banners.map(textOf);
    // forgets those that are gone, so that the list stays short
    const next = [...dismissed.filter((text) => there.includes(text)), textOf(banner)];
    try {
      localStorage.setItem(DISMISSED, JSON.stringify(next));
    } catch {
      // storage is switched off: holds until the page is left
    }
    setDismissed(next);
  };

  if (shown.length === 0) return null;
  return (
    <div ref={measure}>
      {shown.map((banner) => {
        const Icon = ICONS[banner.type];
        return (
          <div key={banner.name} role="status" className={styles.banner} data-type={banner.type}>
            <Icon className={styles.icon} role="img" aria-label={t(`shell.banner.${banner.type}`)} />
            <p className={styles.text}>
              {banner.heading && <strong>{banner.heading}</strong>} {banner.message}
            </p>
            {banner.dismissable && (
              <IconButton
                label={t("shell.banner.dismiss")}
                tooltip={false}
                icon={<X aria-hidden />}
                onClick={() => dismiss(banner)}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

/** Tells pages that fill the window how much of it the banners take. */
function useMeasured() {
  return useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const root = document.documentElement.style;
    const observer = new ResizeObserver(() => root.setProperty("--banners", `${element.offsetHeight}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      root.removeProperty("--banners");
    };
  }, []);
}
