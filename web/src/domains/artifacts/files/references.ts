/** Where a reference of an artifact leads in a browser. Pure. */

/** The address when a browser can open it, else null: "s3://…" and "file://…" are read by the client alone. */
export function referenceUrl(target: string): string | null {
  try {
    const url = new URL(target);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
