/** The theme of this browser: the choice is kept in local storage, `system` follows the machine. theme-v1.js reads it before the first paint. */
import { create } from "zustand";
import type { Theme } from "./palette";

export type ThemeChoice = "light" | "dark" | "system";
export type Density = "compact" | "default" | "comfortable";

const THEME_KEY = "steelyard.theme";
const DENSITY_KEY = "steelyard.density";
const machine = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;

interface Appearance {
  choice: ThemeChoice;
  /** what is on the screen now */
  theme: Theme;
  density: Density;
  chooseTheme: (choice: ThemeChoice) => void;
  chooseDensity: (density: Density) => void;
}

const resolve = (choice: ThemeChoice): Theme => (choice === "system" ? (machine?.matches ? "dark" : "light") : choice);

function read<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
  try {
    const kept = localStorage.getItem(key) as T | null;
    return kept && allowed.includes(kept) ? kept : fallback;
  } catch {
    return fallback;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is switched off: the choice holds until the page is left
  }
}

const firstChoice = read<ThemeChoice>(THEME_KEY, ["light", "dark", "system"], "system");

/** Charts read `theme` from here to pick run colours; styles follow `data-theme` by themselves. */
export const useAppearance = create<Appearance>((set) => ({
  choice: firstChoice,
  theme: resolve(firstChoice),
  density: read<Density>(DENSITY_KEY, ["compact", "default", "comfortable"], "default"),
  chooseTheme: (choice) => {
    keep(THEME_KEY, choice);
    set({ choice, theme: resolve(choice) });
  },
  chooseDensity: (density) => {
    keep(DENSITY_KEY, density);
    set({ density });
  },
}));

const paint = ({ theme, density }: Appearance) => {
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.density = density;
};
paint(useAppearance.getState());
useAppearance.subscribe(paint);
machine?.addEventListener("change", () => useAppearance.setState(({ choice }) => ({ theme: resolve(choice) })));
