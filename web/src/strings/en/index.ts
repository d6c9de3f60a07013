/** English, one file per part of the app. */
import { accounts } from "./accounts";
import { common } from "./common";
import { home } from "./home";
import { projects } from "./projects";
import { runs } from "./runs";
import { shell } from "./shell";

export const en = { common, shell, accounts, home, projects, runs } as const;
