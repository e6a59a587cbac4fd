import {
  consumptionChange,
  type ConsumptionCohort,
  consumptionCohort,
  type DayGrid,
  type OwnFinding,
  weeklyEnergy,
} from '@verimeter/drift';
import type { Pool } from '@verimeter/registry';
import { IMPORT } from '../electricity-input.ts';
import type { FleetRecords } from '../fleet-records.ts';
import { WINDOW_US } from '../grid.ts';
import { evenly } from './evenly.ts';
import type { OwnContext } from './own-findings.ts';

const DAY_US = 86_400e6;
/** Meters that tell what a tenant's customers do together. */
const COHORT_METERS = 1000;
/** Registers of 400 days that are in memory at a time. */
const REGISTERS_AT_A_TIME = 500;

/** What all consumptions are compared on. */
export interface ConsumptionFrame {
  readonly grid: DayGrid;
  /** Undefined: the tenant has too few meters, or they have not reported for long enough. */
  readonly cohort: ConsumptionCohort | undefined;
}

/** One reading a day up to an instant, at the time of the day at which registers are read. */
function dayGrid(latestUs: number, phaseUs: number): DayGrid {
  const last = Math.floor((latestUs - phaseUs) / DAY_US) * DAY_US + phaseUs;
  const count = Math.floor(WINDOW_US / DAY_US) + 1;
  return { startUs: last - (count - 1) * DAY_US, stepUs: DAY_US, count };
}

/** Learns the cohort from meters of the tenant spread over all that are no supply. */
export async function consumptionFrame(
  context: OwnContext,
  latestUs: number,
): Promise<ConsumptionFrame> {
  const { pool, store, tenant, cadence } = context;
  const grid = dayGrid(latestUs, cadence.phaseUs);
  const channels = evenly(await cohortChannels(pool, tenant), COHORT_METERS);
  const weekly: Float64Array[] = [];
  for (let first = 0; first < channels.length; first += REGISTERS_AT_A_TIME) {
    // oxlint-disable-next-line no-await-in-loop -- some registers in memory at a time
    const matrix = await store.matrix(channels.slice(first, first + REGISTERS_AT_A_TIME), {
      ...grid,
      asOfUs: latestUs,
    });
    for (let row = 0; row < matrix.channelIds.length; row++)
      weekly.push(
        weeklyEnergy(grid, matrix.values.subarray(row * grid.count, (row + 1) * grid.count)),
      );
  }
  return { grid, cohort: consumptionCohort(weekly) };
}

/** Changes of consumption of devices that no group answers for, by device. */
export async function consumptionFindings(
  { store }: OwnContext,
  { grid, cohort }: ConsumptionFrame,
  fleet: FleetRecords,
  deviceIds: readonly string[],
): Promise<Map<string, OwnFinding>> {
  const found = new Map<string, OwnFinding>();
  if (cohort === undefined) return found;
  const deviceOf = new Map(
    deviceIds.flatMap((deviceId): [number, string][] => {
      const channel = fleet.channels.get(deviceId)?.get(IMPORT);
      return channel === undefined ? [] : [[channel.channelId, deviceId]];
    }),
  );
  const channels = [...deviceOf.keys()];
  const asOfUs = grid.startUs + (grid.count - 1) * grid.stepUs;
  for (let first = 0; first < channels.length; first += REGISTERS_AT_A_TIME) {
    // oxlint-disable-next-line no-await-in-loop -- some registers in memory at a time
    const matrix = await store.matrix(channels.slice(first, first + REGISTERS_AT_A_TIME), {
      ...grid,
      asOfUs,
    });
    for (const [row, channelId] of matrix.channelIds.entries()) {
      const deviceId = deviceOf.get(channelId);
      const register = matrix.values.subarray(row * grid.count, (row + 1) * grid.count);
      const change = consumptionChange(grid, register, cohort);
      if (deviceId === undefined || change.state !== 'changed') continue;
      found.set(deviceId, {
        indication: 'consumption_changed',
        recommendation: 'none',
        evidence: [change.evidence],
      });
    }
  }
  return found;
}

/** Import registers of the tenant's electricity meters that are the supply of no area, by device. */
async function cohortChannels(pool: Pool, tenant: string): Promise<number[]> {
  const { rows } = await pool.query<{ channel_id: number }>(
    `SELECT c.channel_id FROM devices d JOIN channels c USING (tenant, device_id)
      WHERE d.tenant = $1 AND d.kind = 'electricity_meter' AND c.quantity = $2
        AND NOT EXISTS (SELECT FROM members m JOIN groups g USING (tenant, group_id)
                         WHERE m.tenant = d.tenant AND m.device_id = d.device_id
                           AND m.role IN ('supply', 'supply_out') AND g.kind = 'electricity_area')
      ORDER BY d.device_id`,
    [tenant, IMPORT],
  );
  return rows.map((row) => row.channel_id);
}

/** Electricity meters that are and were a member of no area. */
export function metersOutside({ devices, groups, members }: FleetRecords): string[] {
  const areas = new Set(
    groups.flatMap(({ groupId, kind }) => (kind === 'electricity_area' ? groupId : [])),
  );
  const inside = new Set(members.flatMap((m) => (areas.has(m.groupId) ? m.deviceId : [])));
  return devices.flatMap(({ deviceId, kind }) =>
    kind === 'electricity_meter' && !inside.has(deviceId) ? deviceId : [],
  );
}
