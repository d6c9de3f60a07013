// Sets the theme before the first paint. A file and not an inline script, so that `script-src 'self'` holds.
// The name carries a version because everything under /assets/ is cached for ever: change both together.
(() => {
  let choice = "system";
  try {
    choice = localStorage.getItem("steelyard.theme") || "system";
  } catch {
    // storage is switched off: follow the system
  }
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
