/** English, one file per part of the app. */
import { accounts } from "./accounts";
import { admin } from "./admin";
import { alerts } from "./alerts";
import { artifacts } from "./artifacts";
import { audit } from "./audit";
import { bulk } from "./bulk";
import { charts } from "./charts";
import { common } from "./common";
import { compat } from "./compat";
import { home } from "./home";
import { organizations } from "./organizations";
import { projects } from "./projects";
import { registries } from "./registries";
import { reports } from "./reports";
import { runs } from "./runs";
import { shell } from "./shell";
import { storage } from "./storage";
import { sweeps } from "./sweeps";
import { tables } from "./tables";
import { workspace } from "./workspace";

export const en = {
  common,
  shell,
  accounts,
  admin,
  home,
  projects,
  charts,
  workspace,
  runs,
  artifacts,
  audit,
  sweeps,
  tables,
  registries,
  organizations,
  reports,
  compat,
  bulk,
  alerts,
  storage,
} as const;
