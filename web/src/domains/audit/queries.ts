/** Questions about the audit log. */
import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { AuditPage } from "@/api/contract";

export interface AuditFilter {
  actor: string;
  action: string;
  days: number;
}

const questionOf = ({ actor, action, days }: AuditFilter): URLSearchParams => {
  const question = new URLSearchParams({ numDays: String(days) });
  if (actor) question.set("actor", actor);
  if (action) question.set("action", action);
  return question;
};

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["admin", "audit", filter],
    queryFn: ({ pageParam, signal }) => {
      const question = questionOf(filter);
      if (pageParam) question.set("before", pageParam);
      return get<AuditPage>(`/app/admin/audit?${question}`, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page: AuditPage) => page.next,
    placeholderData: keepPreviousData,
  });

/** Where a browser gets all lines that fit as a file. */
export const auditFilePath = (filter: AuditFilter): string => `/admin/audit_logs?${questionOf(filter)}`;
