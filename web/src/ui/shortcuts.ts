/** Keyboard shortcuts: each is live while its component is mounted, and the help sheet lists exactly those. */
import { useEffect, useRef } from "react";
import { create } from "zustand";

export interface Shortcut {
  /** "?", "t", "mod+k" (⌘ on a Mac, Ctrl elsewhere), "mod+shift+z", "ArrowLeft" */
  keys: string;
  /** what it does, translated */
  label: string;
}

const SINGLE_KEYS = "steelyard.single-keys";
export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

interface Registry {
  active: { shortcut: Shortcut; run: () => void }[];
  /** people who dictate or have tremor may switch single keys off */
  singleKeys: boolean;
  setSingleKeys: (on: boolean) => void;
}

const readSingleKeys = (): boolean => {
  try {
    return localStorage.getItem(SINGLE_KEYS) !== "off";
  } catch {
    return true;
  }
};

export const useShortcuts = create<Registry>((set) => ({
  active: [],
  singleKeys: readSingleKeys(),
  setSingleKeys: (on) => {
    try {
      localStorage.setItem(SINGLE_KEYS, on ? "on" : "off");
    } catch {
      // storage is switched off: holds until the page is left
    }
    set({ singleKeys: on });
  },
}));

/** Runs `action` on the shortcut while mounted. Two components with one shortcut: the later mounted wins. */
export function useShortcut(keys: string, label: string, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const entry = { shortcut: { keys, label }, run: () => latest.current() };
    useShortcuts.setState(({ active }) => ({ active: [...active, entry] }));
    return () => useShortcuts.setState(({ active }) => ({ active: active.filter((one) => one !== entry) }));
  }, [keys, label]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.getAttribute("type") !== "checkbox") ||
    target.closest("[role=menu], [role=dialog], [role=alertdialog]") !== null);

/** Keys that the focused control answers itself: Enter and the space bar follow a link or press a button. */
export const isAnswered = ({ key, target }: KeyboardEvent): boolean =>
  (key === "Enter" || key === " ") && target instanceof HTMLElement && target.closest("a, button, summary") !== null;

/** True when the event is the shortcut. Shift counts only beside `mod`: "?" is typed with it on many keyboards. */
export function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1)?.toLowerCase();
  const mod = parts.includes("mod");
  if (event.key.toLowerCase() !== key || event.altKey || (event.metaKey || event.ctrlKey) !== mod) return false;
  return !mod || event.shiftKey === parts.includes("shift");
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || isAnswered(event)) return;
  const { active, singleKeys } = useShortcuts.getState();
  for (const { shortcut, run } of active.toReversed()) {
    const single = !shortcut.keys.startsWith("mod+");
    if (!matches(event, shortcut.keys) || (single && (isTyping(event.target) || !singleKeys))) continue;
    event.preventDefault();
    run();
    return;
  }
}

/** Listens to the keyboard; the shell calls it once. */
export function useShortcutListener(): void {
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** The shortcut as caps to print: ["⌘", "K"] or ["Ctrl", "K"]. */
export const keyCaps = (keys: string): string[] =>
  keys.split("+").map((part) => {
    if (part === "mod") return isMac ? "⌘" : "Ctrl";
    if (part === "shift") return isMac ? "⇧" : "Shift";
    const arrows: Record<string, string> = {
      ArrowLeft: "←",
      ArrowRight: "→",
      ArrowUp: "↑",
      ArrowDown: "↓",
      Escape: "Esc",
    };
    return arrows[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
