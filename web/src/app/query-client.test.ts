import { onlineManager } from "@tanstack/react-query";
import { afterEach, expect, it } from "vitest";
import { createQueryClient } from "./query-client";

afterEach(() => onlineManager.setOnline(true));

it("asks the server though the browser knows of no internet, and tells when no answer comes", async () => {
  const client = createQueryClient();
  onlineManager.setOnline(false);
  expect(await client.fetchQuery({ queryKey: ["near"], queryFn: () => "here" })).toBe("here");
  const away = client.fetchQuery({ queryKey: ["away"], queryFn: () => Promise.reject(new Error("no answer")) });
  await expect(away).rejects.toThrow("no answer");
  const change = client.getMutationCache().build(client, { mutationFn: async () => "changed" });
  expect(await change.execute(undefined)).toBe("changed");
});
