import type { Team } from "@/api/contract";
import { EntityStorage } from "@/domains/storage/entity-storage";

/** What the projects of the team take. */
export const Usage = ({ team }: { team: Team }) => <EntityStorage entity={team.name} nested />;
