/** The chart's colours, read from the page's tokens once per theme. */
import { useEffect, useState } from "react";
import type { ChartTheme } from "@/chart/renderer";
import type { Theme } from "@/lib/palette";
import { useAppearance } from "@/lib/theme";

const known = new Map<Theme, ChartTheme>();

function readTheme(theme: Theme): ChartTheme {
  const kept = known.get(theme);
  if (kept) return kept;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const read = {
    text: token("--text"),
    grid: token("--chart-grid"),
    axis: token("--muted"),
    font: `11px ${token("--font-ui") || "sans-serif"}`,
    rawAlpha: Number(token("--chart-raw-alpha")) || 0.25,
  };
  known.set(theme, read);
  return read;
}

/** The same object as long as the theme stays: charts remake themselves when it changes. */
export function useChartTheme(): ChartTheme {
  const theme = useAppearance((state) => state.theme);
  const [current, setCurrent] = useState(() => readTheme(theme));
  // after the style sheet has followed data-theme
  useEffect(() => setCurrent(readTheme(theme)), [theme]);
  return current;
}
