/** Files that runs and artifacts have stored. */

/** Reads a stored file; `url` is of this origin or signed. Rejects with an Error that names the status. */
export async function fetchStored(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the file could not be read (${response.status})`);
  return response;
}
