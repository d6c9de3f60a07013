/** The workspace page; its content comes with the next change. */
export default function WorkspacePage() {
  return null;
}
