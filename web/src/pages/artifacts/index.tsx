/** The artifacts page; its content comes with the next change. */
export default function ArtifactsPage() {
  return null;
}
