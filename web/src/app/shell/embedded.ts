/**
 * Whether the app stands in a notebook's frame (`?jupyter=true`, as the client prints it): pages without the bars around them.
 * Read once, so that it holds for every page opened from there.
 */
export const isEmbedded: boolean = new URLSearchParams(window.location.search).get("jupyter") === "true";

if (isEmbedded) document.documentElement.dataset.embedded = "";
