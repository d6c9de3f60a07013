import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Banner } from "@/api/contract";
import { layOut } from "@/test/layout";
import { network, SIGNED_OUT, show } from "@/test/render";
import { Banners } from "./banners";

const UPGRADE: Banner = {
  name: "upgrade",
  type: "warning",
  heading: "Upgrade",
  message: "<b>at 18:00</b>",
  dismissable: true,
};
const RULES: Banner = { name: "rules", type: "info", heading: "", message: "Mind the rules", dismissable: false };

const visit = (...banners: Banner[]) => {
  cleanup();
  network({ "GET /app/session": { ...SIGNED_OUT, banners } });
  show(<Banners />);
};

describe("banners", () => {
  beforeEach(() => {
    layOut();
    localStorage.clear();
  });

  it("are shown as plain text, and only dismissable ones have a button", async () => {
    visit(UPGRADE, RULES);
    expect(await screen.findByText(/<b>at 18:00<\/b>/)).toBeTruthy();
    const told = screen.getAllByRole("status").map((element) => element.textContent.trim());
    expect(told).toEqual(expect.arrayContaining(["Upgrade <b>at 18:00</b>", "Mind the rules"]));
    expect(screen.getAllByRole("button", { name: "Dismiss" })).toHaveLength(1);
    expect(screen.getByRole("img", { name: "Warning" })).toBeTruthy();
  });

  it("stay away once dismissed, until the text changes", async () => {
    visit(UPGRADE, RULES);
    fireEvent.click(await screen.findByRole("button", { name: "Dismiss" }));
    await waitFor(() => expect(screen.queryByText(/18:00/)).toBeNull());
    expect(screen.getByText("Mind the rules")).toBeTruthy();
    visit(UPGRADE, RULES);
    await screen.findByText("Mind the rules");
    expect(screen.queryByText(/18:00/)).toBeNull();
    visit({ ...UPGRADE, message: "at 19:00" }, RULES);
    expect(await screen.findByText(/19:00/)).toBeTruthy();
  });

  it("come back when they may not be dismissed any more", async () => {
    visit(UPGRADE);
    fireEvent.click(await screen.findByRole("button", { name: "Dismiss" }));
    visit({ ...UPGRADE, dismissable: false });
    expect(await screen.findByText(/18:00/)).toBeTruthy();
  });
});
