import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { open } from "@/test/render";
import { loadPage, PageFailure } from "./page-failure";

it("says so when the code of a page is gone", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const lazy = async () => ({ Component: await loadPage(() => Promise.reject(new TypeError("gone"))) });
  open([{ path: "/", lazy, ErrorBoundary: PageFailure, HydrateFallback: () => null }], "/");
  expect(await screen.findByText("This page could not be loaded")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Load again" })).toBeTruthy();
});
