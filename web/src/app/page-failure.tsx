import { RotateCw } from "lucide-react";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { useRevalidator, useRouteError } from "react-router";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import styles from "./shell/shell.module.css";

class PageNotLoaded extends Error {}

/**
 * The page of a module, or in its place a component that fails: the router shows nothing at all for a route
 * whose own loading was refused.
 */
export const loadPage = (load: () => Promise<{ default: ComponentType }>): Promise<ComponentType> =>
  load().then(
    (module) => module.default,
    (cause: unknown) => () => {
      throw new PageNotLoaded("page not loaded", { cause });
    },
  );

/** One page broke: the rest of the app goes on. Code that is gone after an upgrade takes a reload. */
export function PageFailure() {
  const { t } = useTranslation();
  const error = useRouteError();
  const { revalidate } = useRevalidator();
  if (!(error instanceof PageNotLoaded))
    return (
      <div className={styles.bare}>
        <ErrorState error={error} title={t("common.pageFailed")} onRetry={() => void revalidate()} />
      </div>
    );
  const reload = (
    <Button icon={<RotateCw aria-hidden />} onClick={() => window.location.reload()}>
      {t("common.reload")}
    </Button>
  );
  return (
    <div className={styles.bare} role="alert">
      <EmptyState title={t("common.notLoaded")} action={reload}>
        {t("common.notLoadedText")}
      </EmptyState>
    </div>
  );
}
