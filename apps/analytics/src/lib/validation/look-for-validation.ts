import {
  lastRulesVersion,
  noteRulesVersion,
  takeRulesVersion,
  trimExceptions,
  trimValueVersions,
} from '@verimeter/registry';
import { QUANTITIES, VALIDATION_ALGORITHM } from '@verimeter/telemetry';
import { lookByDay, type LookOptions } from '../days/look-by-day.ts';
import { type DatedRules, readDatedRules } from './rule-sets.ts';
import { validateDays } from './validate-days.ts';

const DAY_US = 86_400e6;

/** Channels of all quantities. */
export const VALIDATED_QUANTITIES: readonly string[] = QUANTITIES.map(({ name }) => name);

/**
 * Validates a tenant's days that are over: each day once for all channels, and again for those channels whose readings or events came or
 * changed later, and where rules changed for the days that they hold for. Returns how many rows of exceptions and estimates changed.
 */
export async function lookForValidation(options: LookOptions): Promise<number> {
  const { pool, tenant } = options;
  let sets: readonly DatedRules[] = [];
  const written = await lookByDay(options, {
    name: 'validation',
    looks: 'validation_looks',
    algorithm: VALIDATION_ALGORITHM,
    quantities: VALIDATED_QUANTITIES,
    begin: async () => {
      sets = await readDatedRules(pool, tenant);
      await takeNewRules(options, sets);
    },
    form: (channels, fromUs, toUs) => validateDays({ ...options, sets }, channels, fromUs, toUs),
    trim: async (beforeUs) => {
      await trimExceptions(pool, tenant, beforeUs);
      await trimValueVersions(pool, tenant, beforeUs);
    },
    dayOfReading: (tsUs) => (Math.ceil(tsUs / DAY_US) - 1) * DAY_US,
  });
  await noteRulesVersion(pool, tenant, sets.at(-1)?.version ?? 0);
  return written;
}

/** Days that a new rule set holds for are validated again. */
async function takeNewRules(
  { pool, tenant }: LookOptions,
  sets: readonly DatedRules[],
): Promise<void> {
  const last = await lastRulesVersion(pool, tenant);
  if (last === undefined || last === 0) return;
  const added = sets.filter(({ version }) => version > last);
  const newest = sets.at(-1)?.version ?? 0;
  if (added.length === 0) return;
  await takeRulesVersion(
    pool,
    tenant,
    newest,
    Math.min(...added.map(({ effectiveUs }) => effectiveUs)),
  );
}
