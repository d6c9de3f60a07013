/** Fails when the first visit costs too much: JavaScript of the entry and the workspace route with all they import at once, gzipped. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../../steelyard/web_dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
// ui-quality budget: aim at 280 kB, fail at 310; stylesheets 30
const limits = { js: 310, css: 30 };
const roots = ["index.html", "src/pages/workspace/index.tsx"];

const files = { js: new Set(), css: new Set() };
const visit = (key, seen) => {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return;
  seen.add(key);
  files.js.add(chunk.file);
  for (const css of chunk.css ?? []) files.css.add(css);
  for (const next of chunk.imports ?? []) visit(next, seen);
};
const seen = new Set();
for (const root of roots) {
  if (!manifest[root]) throw new Error(`${root} is not in the manifest: run "npm run build" first`);
  visit(root, seen);
}

let failed = false;
for (const kind of ["js", "css"]) {
  const bytes = [...files[kind]].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
  const kb = bytes / 1000;
  console.log(`initial ${kind}: ${kb.toFixed(1)} kB gzipped in ${files[kind].size} files (limit ${limits[kind]})`);
  failed ||= kb > limits[kind];
}
process.exit(failed ? 1 : 0);
