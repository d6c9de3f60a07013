/** The login page; its content comes with the next change. */
export default function LoginPage() {
  return null;
}
