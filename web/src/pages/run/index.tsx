/** The run page; its content comes with the next change. */
export default function RunPage() {
  return null;
}
