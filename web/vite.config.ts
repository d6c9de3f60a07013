/** How the app is built: into the Python package, so that the wheel carries it. No inline script, nothing from another origin. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.STEELYARD_DEV_SERVER ?? "http://127.0.0.1:8080";
const proxied = Object.fromEntries(["/app", "/graphql", "/files", "/objects"].map((path) => [path, server]));

export default defineConfig({
  base: "/",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../steelyard/web_dist",
    emptyOutDir: true,
    assetsDir: "assets",
    // fonts and pictures as files: `font-src 'self'` allows no data: URL
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    sourcemap: false,
    chunkSizeWarningLimit: 900,
  },
  // scripts/dev.py knows the port
  server: { port: 5173, strictPort: true, proxy: proxied },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
