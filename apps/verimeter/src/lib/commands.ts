import type { Command } from './command.ts';
import { DESK } from './command-list/desk.ts';
import { INTAKE } from './command-list/intake.ts';
import { PLANS } from './command-list/plans.ts';
import { READINGS } from './command-list/readings.ts';
import { SERVICES } from './command-list/services.ts';
import { TRIALS } from './command-list/trials.ts';
import { UPKEEP } from './command-list/upkeep.ts';

/** All commands in the order of the help. Each implementation is loaded when it is run. */
export const COMMANDS: readonly Command[] = [
  ...SERVICES,
  ...READINGS,
  ...PLANS,
  ...INTAKE,
  ...DESK,
  ...TRIALS,
  ...UPKEEP,
];
