import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FleetInput } from '@verimeter/drift';
import { at } from '@verimeter/statistics';
import { z } from 'zod';
import { CommandError } from '../arguments.ts';
import { CLASS_LIMITS } from './class-limit.ts';

const STEP_US = 900e6;

/** Results of another implementation for one area; all errors are linear coefficients beta. */
const reference = z.object({
  true_eps: z.array(z.number()),
  ols_eps: z.array(z.number()),
  /** Noise variance, and prior precisions of the meters, of the square loss and of the constant. */
  ols_sigma2: z.number(),
  ridge_prec: z.array(z.number()),
  ridge_eps: z.array(z.number()),
  ridge_sd: z.array(z.number()),
  gls_eps: z.array(z.number()),
  gls_sd: z.array(z.number()),
  slab_mean_mcmc: z.array(z.number()),
  slab_prob_mcmc: z.array(z.number()),
});
type Reference = z.infer<typeof reference>;

export interface GoldenArea {
  readonly input: FleetInput;
  readonly reference: Reference;
}

/** Reads `area12.csv` (s, r0, r1, …, lossv: kW.h per quarter of an hour) and `golden.json`. */
export async function readGoldenArea(folder: string): Promise<GoldenArea> {
  const [head = '', ...lines] = (await readFile(path.join(folder, 'area12.csv'), 'utf8'))
    .trim()
    .split(/\r?\n/);
  const names = head.split(',');
  const rows = lines.map((line) => line.split(',').map(Number));
  if (names[0] !== 's' || names.at(-1) !== 'lossv' || rows.some((row) => row.some(Number.isNaN)))
    throw new CommandError('area12.csv needs the columns s, r0, r1, …, lossv with numbers');
  const parsed = reference.safeParse(
    JSON.parse(await readFile(path.join(folder, 'golden.json'), 'utf8')),
  );
  if (!parsed.success)
    throw new CommandError(`golden.json: ${parsed.error.issues[0]?.path.join('.')} is missing`);
  const columns = names.map((_, j) => Float64Array.from(rows, (row) => row[j] ?? NaN));
  return { input: areaInput(columns), reference: parsed.data };
}

function areaInput(columns: readonly Float64Array[]): FleetInput {
  const count = (columns[0]?.length ?? 0) + 1;
  const meters = columns.slice(0, -1).map((energy, i) => {
    const importRegister = new Float64Array(count);
    energy.forEach((value, t) => {
      importRegister[t + 1] = at(importRegister, t) + value;
    });
    return {
      deviceId: i === 0 ? 'supply' : `r${i - 1}`,
      lot: 'one',
      limit: CLASS_LIMITS.limit,
      inServiceLimit: CLASS_LIMITS.inServiceLimit,
      importRegister,
      voltages: [],
    };
  });
  const knownLoss = new Float64Array(count);
  knownLoss.set(columns.at(-1) ?? [], 1);
  return {
    grid: { startUs: 0, stepUs: STEP_US, count },
    meters,
    areas: [
      {
        groupId: 'golden',
        asOfUs: (count - 1) * STEP_US,
        knownLoss,
        members: meters.map((_, meter) => ({
          meter,
          role: meter === 0 ? 'supply' : 'consumer',
          fromUs: -Infinity,
          toUs: Infinity,
        })),
      },
    ],
  };
}
