import type { FleetInput } from '@verimeter/drift';
import { EXPORT, IMPORT, readInput } from '../electricity-input.ts';
import { readFleetOf } from '../fleet-records.ts';
import { gridBetween } from '../grid.ts';
import type { NightContext } from './night-context.ts';

/** Points of series that are in memory at a time. */
const POINTS_AT_A_TIME = 2e6;
const MOST_METERS = 1000;

/** Devices whose series of so many points each are in memory at a time: at least one. */
export const pageSize = (
  pointsEach: number,
  { points, most }: { readonly points: number; readonly most: number },
): number => Math.max(1, Math.min(most, Math.floor(points / pointsEach)));

export type MeterPage = Pick<FleetInput, 'grid' | 'meters'>;

/** Registers of all electricity meters of the tenant that report and are the supply of no area, a few at a time, by id. */
export async function* pagesOfMeters(
  { pool, store, frame }: NightContext,
  startUs: number,
): AsyncGenerator<MeterPage> {
  const { stepUs, phaseUs } = frame.cadence;
  const grid = gridBetween(startUs, frame.latestUs, stepUs, phaseUs);
  const size = pageSize(grid.count, { points: POINTS_AT_A_TIME, most: MOST_METERS });
  let after = '';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one page in memory at a time
    const ids = await readPage(pool, frame.tenant, after, size);
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
    // oxlint-disable-next-line no-await-in-loop
    const fleet = await readFleetOf(pool, frame.tenant, [], ids);
    // oxlint-disable-next-line no-await-in-loop
    const { meters } = await readInput(
      { fleet, store, lastUs: frame.latestUs },
      { areas: [], meters: fleet.devices, grid, quantities: [IMPORT, EXPORT] },
    );
    yield { grid, meters };
  }
}

async function readPage(
  pool: NightContext['pool'],
  tenant: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const result = await pool.query<{ device_id: string }>(
    `SELECT d.device_id FROM devices d
      WHERE d.tenant = $1 AND d.device_id > $2 AND d.kind = 'electricity_meter'
        AND EXISTS (SELECT FROM channels c
                     WHERE c.tenant = d.tenant AND c.device_id = d.device_id AND c.quantity = $3)
        AND NOT EXISTS (SELECT FROM members m JOIN groups g USING (tenant, group_id)
                         WHERE m.tenant = d.tenant AND m.device_id = d.device_id
                           AND m.role IN ('supply', 'supply_out') AND g.kind = 'electricity_area')
      ORDER BY d.device_id LIMIT $4`,
    [tenant, after, IMPORT, limit],
  );
  return result.rows.map((row) => row.device_id);
}
