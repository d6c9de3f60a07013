/** The home page; its content comes with the next change. */
export default function HomePage() {
  return null;
}
