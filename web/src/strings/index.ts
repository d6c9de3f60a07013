/** The catalogue of words. English is loaded with the app; keys are typed from it. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  // React escapes by itself
  interpolation: { escapeValue: false },
  initAsync: false,
});

export { default as i18n } from "i18next";
