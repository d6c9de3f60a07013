export type Format = "points" | "obj" | "stl" | "gltf";

/** How an object is written, by the name of its file; null for what cannot be drawn. Pure. */
export function formatOf(name: string): Format | null {
  const lower = name.toLowerCase();
  if (lower.endsWith(".pts.json")) return "points";
  const [, ending] = /\.(obj|stl|gltf|glb)$/.exec(lower) ?? [];
  return ending === "glb" ? "gltf" : ((ending as Format | undefined) ?? null);
}
