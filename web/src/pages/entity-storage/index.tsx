import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { EntityStorage } from "@/domains/storage/entity-storage";
import { entityStorageQuery } from "@/domains/storage/queries";
import { isAbsent } from "@/lib/failure";
import { readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import NotFoundPage from "../not-found";

/** What the projects of a user or a team take, at an address of its own. */
export default function EntityStoragePage() {
  const { t } = useTranslation();
  const name = readName(useParams().entity);
  useTitle(t("storage.of", { name }));
  const { error } = useQuery(entityStorageQuery(name));
  return isAbsent(error) ? <NotFoundPage /> : <EntityStorage entity={name} />;
}
