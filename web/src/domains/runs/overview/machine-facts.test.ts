import { expect, it } from "vitest";
import { machineFacts } from "./machine-facts";

it("reads what is there, in words", () => {
  const facts = machineFacts({
    host: "node-3",
    program: "train.py",
    args: ["--lr", 0.1],
    git: { remote: "git@example.org:a/b.git", commit: "abc" },
    cpu_count: 8,
    cpu_count_logical: 16,
    gpu: "A100",
    gpu_count: 2,
    memory: { total: String(2 ** 34) },
  });
  expect(Object.fromEntries(facts.map(({ word, value }) => [word, value]))).toEqual({
    host: "node-3",
    command: "python train.py --lr 0.1",
    git: "git@example.org:a/b.git",
    commit: "abc",
    cpu: "8 / 16",
    gpu: "2 × A100",
    memory: "16.0 GiB",
  });
});

it("says nothing about what is missing or of a wrong type", () => {
  expect(machineFacts({ host: "", git: "x", memory: { total: "much" }, gpu_count: 2 })).toEqual([]);
});
