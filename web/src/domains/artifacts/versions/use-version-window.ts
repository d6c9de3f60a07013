import { useQueries, useQuery } from "@tanstack/react-query";
import type { ArtifactRow } from "@/api/contract";
import { type CollectionRef, type VersionsAsked, versionsQuery } from "../queries";

const PAGE = 100;
type Asked = Omit<VersionsAsked, "offset" | "limit">;

/** The first page, which tells the counts. */
export const useVersionCounts = (place: CollectionRef, asked: Asked) =>
  useQuery(versionsQuery(place, { ...asked, offset: 0, limit: PAGE }));

/** The rows from `first` to `last`, by whole pages; undefined while theirs is on the way. */
export function useVersionWindow(place: CollectionRef, asked: Asked, first: number, last: number) {
  const from = Math.floor(Math.max(0, first) / PAGE);
  const to = Math.floor(Math.max(0, last) / PAGE);
  const answers = useQueries({
    queries: Array.from({ length: to - from + 1 }, (_, index) =>
      versionsQuery(place, { ...asked, offset: (from + index) * PAGE, limit: PAGE }),
    ),
  });
  return (index: number): ArtifactRow | undefined => {
    const page = answers[Math.floor(index / PAGE) - from]?.data;
    // while another page is on its way, the last one stands in: not for rows of its own
    return page?.offset === Math.floor(index / PAGE) * PAGE ? page.rows[index % PAGE] : undefined;
  };
}
