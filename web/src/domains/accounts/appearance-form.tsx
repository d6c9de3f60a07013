import { useTranslation } from "react-i18next";
import { type Density, type ThemeChoice, useAppearance } from "@/lib/theme";
import { Checkbox, Field, Select } from "@/ui/field";
import { useShortcuts } from "@/ui/shortcuts";

/** How the app looks in this browser. Every choice holds at once. */
export function AppearanceForm() {
  const { t } = useTranslation();
  const { choice, chooseTheme, density, chooseDensity } = useAppearance();
  const { singleKeys, setSingleKeys } = useShortcuts();
  const themes: { value: ThemeChoice; label: string }[] = [
    { value: "system", label: t("accounts.appearance.system") },
    { value: "light", label: t("accounts.appearance.light") },
    { value: "dark", label: t("accounts.appearance.dark") },
  ];
  const densities: { value: Density; label: string }[] = [
    { value: "compact", label: t("accounts.appearance.compact") },
    { value: "default", label: t("accounts.appearance.default") },
    { value: "comfortable", label: t("accounts.appearance.comfortable") },
  ];
  return (
    <>
      <Field label={t("accounts.appearance.theme")}>
        {(control) => <Select {...control} value={choice} options={themes} onChange={chooseTheme} />}
      </Field>
      <Field label={t("accounts.appearance.density")} hint={t("accounts.appearance.densityHint")}>
        {(control) => <Select {...control} value={density} options={densities} onChange={chooseDensity} />}
      </Field>
      <Checkbox
        label={t("accounts.appearance.singleKeys")}
        checked={singleKeys}
        onChange={(event) => setSingleKeys(event.target.checked)}
      />
    </>
  );
}
