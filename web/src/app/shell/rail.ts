/** Whether the rail shows words or icons alone; kept in this browser. */
import { create } from "zustand";

const KEY = "steelyard.rail";

const read = (): boolean => {
  try {
    return localStorage.getItem(KEY) === "narrow";
  } catch {
    return false;
  }
};

export const useRail = create<{ narrow: boolean; toggle: () => void }>((set, state) => ({
  narrow: read(),
  toggle: () => {
    const narrow = !state().narrow;
    try {
      localStorage.setItem(KEY, narrow ? "narrow" : "wide");
    } catch {
      // storage is switched off: holds until the page is left
    }
    set({ narrow });
  },
}));
