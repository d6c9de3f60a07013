/** What to type in a terminal to make, run and steer a sweep. Pure. */

export const CONTROLS = ["pause", "resume", "stop", "cancel"] as const;
export type Control = (typeof CONTROLS)[number];

/** A word of a shell command, quoted when the shell would read something into it. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export const agentCommand = (entity: string, project: string, sweep: string): string =>
  `wandb agent ${word(`${entity}/${project}/${sweep}`)}`;

export const controlCommand = (control: Control, entity: string, project: string, sweep: string): string =>
  `wandb sweep --${control} ${word(`${entity}/${project}/${sweep}`)}`;

export const createCommand = (entity: string, project: string): string =>
  `wandb sweep --entity ${word(entity)} --project ${word(project)} sweep.yaml`;

/** What the first sweep of a project could be: read by `wandb sweep`, run by `wandb agent`. */
export const EXAMPLE_CONFIG = `program: train.py
method: random
run_cap: 20
metric:
  name: loss
  goal: minimize
parameters:
  lr:
    distribution: log_uniform_values
    min: 0.0001
    max: 0.1
  batch_size:
    values: [16, 32, 64]`;
