import { useEffect } from "react";

/** Names the browser tab after what is on the page: `useTitle("loss-7", "Project")` → "loss-7 · Project · Steelyard". */
export function useTitle(...parts: (string | null | undefined)[]): void {
  const title = [...parts.filter(Boolean), "Steelyard"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
