import { Navigate } from "react-router";
import { useUser } from "@/domains/accounts/session";
import { entityPath } from "@/lib/paths";

/** `/profile` is the signed-in user's own page. */
export default function ProfilePage() {
  return <Navigate to={entityPath(useUser().entity)} replace />;
}
