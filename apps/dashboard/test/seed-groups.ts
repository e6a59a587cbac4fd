import {
  ensureChannels,
  type LotHealthRow,
  type Queryable,
  publishLots,
  writeIntervalDays,
} from '@verimeter/registry';
import type { TestDatabase } from '@verimeter/test-support';

const STEP_US = 900e6;
const DAY_US = 86_400e6;
const DAYS = 6;

/** The lot of the browser tests: three of 40 members are to be dismounted. */
export const LOT = 'ELECTRICITY_METER|GELEX|CE-18|1|5(60)|2019';

const lot: LotHealthRow = {
  lot: LOT,
  quantity: 'active_energy_import',
  asOfUs: null,
  limit: 0.01,
  members: 40,
  estimated: 36,
  verified: 2,
  mean: -0.004,
  meanSe: 0.001,
  spread: 0.006,
  spreadLow: 0.004,
  spreadHigh: 0.009,
  share: 0.08,
  shareLow: 0.03,
  shareHigh: 0.17,
  shareLow95: 0.02,
  shareHigh95: 0.2,
  probabilityShareOver5: 0.71,
  probabilityMeanOverLimit: 0.001,
  effectiveMembers: 21,
  driftPerYear: -0.003,
  driftPerYearSe: 0.002,
  exitDate: '2027-02-01',
  exitDateEarliest: '2026-12-20',
  relativeExitDate: null,
  relativeExitDateEarliest: null,
  relativeExitLevelAssumed: null,
  relativeDriftPerYear: -0.004,
  relativeDriftPerYearSe: 0.002,
  relativeDriftPerThousandCubicMetres: null,
  relativeDriftPerThousandCubicMetresSe: null,
  relativeHomes: 31,
  relativeMinimumDetectable: 0.006,
  relativePosteriorPerYear: null,
  relativePosteriorPerYearSe: null,
  relativePosteriorPerThousandCubicMetres: null,
  relativePosteriorPerThousandCubicMetresSe: null,
  plan: {
    n: 3,
    accept: 0,
    reject: 1,
    accept_probability: 0.55,
    without_prior: { n: 31, accept: 0 },
    sample: ['E-1004', 'E-1031', 'E-0042'],
  },
};

export function publishLot(client: Queryable, tenant: string, runId: number, asOfUs: number) {
  return publishLots(client, tenant, { runId, lots: [{ ...lot, asOfUs }] });
}

/** Six whole days of intervals of the water district: 1.2 m3 a day go in, three quarters of it come out. */
export async function insertBalance(
  { servicePool }: TestDatabase,
  tenant: string,
  nowUs: number,
): Promise<void> {
  const lastDayUs = Math.floor(nowUs / DAY_US) * DAY_US - DAY_US;
  await servicePool.query(
    `WITH d AS (INSERT INTO devices (tenant, device_id, kind) VALUES ($1, 'SUPPLY-W', 'water_meter'))
     INSERT INTO members (tenant, group_id, device_id, role) VALUES ($1, 'DMA-02', 'SUPPLY-W', 'supply')`,
    [tenant],
  );
  const { rows } = await servicePool.query<{ device_id: string; role: string }>(
    `SELECT device_id, role FROM members WHERE tenant = $1 AND group_id = 'DMA-02' ORDER BY device_id`,
    [tenant],
  );
  const channels = await ensureChannels(
    servicePool,
    rows.map(({ device_id: deviceId }) => ({
      tenant,
      deviceId,
      quantity: 'water_volume',
      unit: 'm3',
    })),
  );
  const consumers = rows.length - 1;
  const days = channels.flatMap(({ channelId, deviceId }) =>
    Array.from({ length: DAYS }, (_, back) => {
      const dayUs = lastDayUs - back * DAY_US;
      const amount = deviceId === 'SUPPLY-W' ? 0.0125 : (0.0125 * 0.75) / consumers;
      return {
        channelId,
        dayUs,
        intervals: Array.from({ length: 96 }, (_step, k) => ({
          startUs: dayUs + k * STEP_US,
          endUs: dayUs + (k + 1) * STEP_US,
          fromUs: dayUs + k * STEP_US,
          toUs: dayUs + (k + 1) * STEP_US,
          amount,
          coverage: 1,
          quality: ['exact' as const],
        })),
      };
    }),
  );
  await writeIntervalDays(servicePool, tenant, 1, days);
}
