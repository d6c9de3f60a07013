import type { AuditLine } from "@/api/contract";

/** What a line is about: the narrowest thing it names, and the account it was done to. */
export function subjectOf(line: AuditLine): string {
  const place = [line.entity_name, line.project_name, line.run_name].filter(Boolean).join("/");
  const thing = line.artifact_qualified_name ?? line.report_name ?? place;
  return [line.username ?? line.user_email, thing].filter(Boolean).join(" · ");
}

/** The rest of what a line tells, in a few words: `role: viewer`. */
export function detailOf(line: AuditLine): string {
  return Object.entries(line.detail ?? {})
    .filter(([, value]) => value !== null && value !== false && value !== "")
    .map(([name, value]) => `${name}: ${CHANGES.has(name) ? arrowOf(value) : wordsOf(value)}`)
    .join(", ");
}

/** Details that hold what was and what is. */
const CHANGES: ReadonlySet<string> = new Set(["name", "visibility"]);

const arrowOf = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(" → ") : wordsOf(value));

const wordsOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(String).join(", ")
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
