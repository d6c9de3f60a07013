/** The sweeps page; its content comes with the next change. */
export default function SweepsPage() {
  return null;
}
