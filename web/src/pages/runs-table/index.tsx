/** The runs-table page; its content comes with the next change. */
export default function RunsTablePage() {
  return null;
}
