/** What wandb-metadata.json tells about where a run ran. Pure; trusts nothing, since any client may have written it. */

export type MachineWord =
  | "host"
  | "os"
  | "python"
  | "command"
  | "directory"
  | "git"
  | "commit"
  | "cpu"
  | "gpu"
  | "memory"
  | "client";
export interface MachineFact {
  word: MachineWord;
  value: string;
}

type Json = Record<string, unknown>;
const record = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const text = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;

/** The facts that are there, in the order they are read. */
export function machineFacts(metadata: Json): MachineFact[] {
  const git = record(metadata.git);
  const facts: [MachineWord, string | null][] = [
    ["host", text(metadata.host)],
    ["os", text(metadata.os)],
    ["python", text(metadata.python)],
    ["client", text(metadata.cliVersion)],
    ["command", command(metadata)],
    ["directory", text(metadata.root)],
    ["git", text(git.remote) ?? text(git.remote_url)],
    ["commit", text(git.commit)],
    ["cpu", cores(metadata)],
    ["gpu", gpus(metadata)],
    ["memory", memory(record(metadata.memory).total)],
  ];
  return facts.flatMap(([word, value]) => (value === null ? [] : [{ word, value }]));
}

function command({ program, codePath, args }: Json): string | null {
  const script = text(program) ?? text(codePath);
  if (script === null) return null;
  const words = Array.isArray(args) ? args.map(String) : [];
  return ["python", script, ...words].join(" ");
}

function cores({ cpu_count: physical, cpu_count_logical: logical }: Json): string | null {
  const [cores, threads] = [text(physical), text(logical)];
  if (cores === null) return threads;
  return threads !== null && threads !== cores ? `${cores} / ${threads}` : cores;
}

function gpus({ gpu, gpu_count: count }: Json): string | null {
  const name = text(gpu);
  return name !== null && typeof count === "number" && count > 1 ? `${count} × ${name}` : name;
}

function memory(total: unknown): string | null {
  const bytes = typeof total === "string" ? Number(total) : total;
  return typeof bytes === "number" && bytes > 0 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : null;
}
