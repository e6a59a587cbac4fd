import {
  consumptionChange,
  type ConsumptionCohort,
  consumptionCohort,
  type DayGrid,
  type FleetInput,
  type OwnFinding,
  weeklyEnergy,
} from '@verimeter/drift';
import type { Pool } from '@verimeter/registry';
import { IMPORT, readInput } from '../electricity-input.ts';
import { type FleetRecords, readFleetOf } from '../fleet-records.ts';
import { gridBetween, WINDOW_US } from '../grid.ts';
import { evenly } from './evenly.ts';
import type { OwnContext } from './own-findings.ts';

const DAY_US = 86_400e6;
/** Meters that tell what a tenant's customers do together. */
const COHORT_METERS = 300;
/** Registers of 400 days of quarter hours that are in memory at a time: 15 MB. */
const REGISTERS_AT_A_TIME = 50;

type Registers = Pick<FleetInput, 'grid' | 'meters'>;

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

function daily(
  { startUs, stepUs, count }: Registers['grid'],
  register: Float64Array,
  days: DayGrid,
) {
  return Float64Array.from({ length: days.count }, (_, day) => {
    const k = (days.startUs + day * DAY_US - startUs) / stepUs;
    return k >= 0 && k < count && Number.isInteger(k) ? (register[k] ?? NaN) : NaN;
  });
}

const weekly = ({ grid, meters }: Registers, days: DayGrid): Float64Array[] =>
  meters.map(({ importRegister }) => weeklyEnergy(days, daily(grid, importRegister, days)));

/** The cohort of a tenant whose registers are all in memory. */
export function consumptionFrameOf(
  registers: Registers,
  fleet: FleetRecords,
  { latestUs, phaseUs }: { readonly latestUs: number; readonly phaseUs: number },
): ConsumptionFrame {
  const grid = dayGrid(latestUs, phaseUs);
  const some = new Set(cohortOf(consumersOf(fleet)));
  const meters = registers.meters.filter(({ deviceId }) => some.has(deviceId));
  return { grid, cohort: consumptionCohort(weekly({ ...registers, meters }, grid)) };
}

/** The same of one whose registers are read for it, some at a time. */
export async function readConsumptionFrame(
  { pool, store, tenant, cadence, signal }: OwnContext,
  latestUs: number,
): Promise<ConsumptionFrame> {
  const grid = dayGrid(latestUs, cadence.phaseUs);
  const ids = cohortOf(await consumerIds(pool, tenant));
  const energies: Float64Array[] = [];
  for (let first = 0; first < ids.length; first += REGISTERS_AT_A_TIME) {
    signal?.throwIfAborted();
    const some = ids.slice(first, first + REGISTERS_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop -- some registers in memory at a time
    const fleet = await readFleetOf(pool, tenant, [], some);
    // oxlint-disable-next-line no-await-in-loop
    const input = await readInput(
      { fleet, store, lastUs: latestUs },
      {
        areas: [],
        meters: fleet.devices,
        grid: gridBetween(grid.startUs, latestUs, cadence.stepUs, cadence.phaseUs),
        quantities: [IMPORT],
      },
    );
    energies.push(...weekly(input, grid));
  }
  return { grid, cohort: consumptionCohort(energies) };
}

/** Changes of consumption of devices that no group answers for, by device. */
export function consumptionFindings(
  { grid, cohort }: ConsumptionFrame,
  registers: Registers,
  deviceIds: ReadonlySet<string>,
): Map<string, OwnFinding> {
  const found = new Map<string, OwnFinding>();
  if (cohort === undefined) return found;
  for (const { deviceId, importRegister } of registers.meters) {
    if (!deviceIds.has(deviceId)) continue;
    const change = consumptionChange(grid, daily(registers.grid, importRegister, grid), cohort);
    if (change.state !== 'changed') continue;
    found.set(deviceId, {
      indication: 'consumption_changed',
      recommendation: 'none',
      evidence: [change.evidence],
    });
  }
  return found;
}

/** Spread over all. */
const cohortOf = (deviceIds: readonly string[]): string[] => evenly(deviceIds, COHORT_METERS);

/** Electricity meters with an import register that are the supply of no area, by id. */
function consumersOf({ devices, groups, members, channels }: FleetRecords): string[] {
  const areas = areasAmong(groups);
  const supplies = new Set(
    members.flatMap((m) =>
      areas.has(m.groupId) && (m.role === 'supply' || m.role === 'supply_out') ? m.deviceId : [],
    ),
  );
  return devices.flatMap(({ deviceId, kind }) =>
    kind === 'electricity_meter' &&
    channels.get(deviceId)?.has(IMPORT) === true &&
    !supplies.has(deviceId)
      ? deviceId
      : [],
  );
}

async function consumerIds(pool: Pool, tenant: string): Promise<string[]> {
  const { rows } = await pool.query<{ device_id: string }>(
    `SELECT d.device_id FROM devices d JOIN channels c USING (tenant, device_id)
      WHERE d.tenant = $1 AND d.kind = 'electricity_meter' AND c.quantity = $2
        AND NOT EXISTS (SELECT FROM members m JOIN groups g USING (tenant, group_id)
                         WHERE m.tenant = d.tenant AND m.device_id = d.device_id
                           AND m.role IN ('supply', 'supply_out') AND g.kind = 'electricity_area')
      ORDER BY d.device_id`,
    [tenant, IMPORT],
  );
  return rows.map((row) => row.device_id);
}

const areasAmong = (groups: FleetRecords['groups']): Set<string> =>
  new Set(groups.flatMap(({ groupId, kind }) => (kind === 'electricity_area' ? groupId : [])));

/** Electricity meters that are and were a member of no area. */
export function metersOutside({ devices, groups, members }: FleetRecords): Set<string> {
  const areas = areasAmong(groups);
  const inside = new Set(members.flatMap((m) => (areas.has(m.groupId) ? m.deviceId : [])));
  return new Set(
    devices.flatMap(({ deviceId, kind }) =>
      kind === 'electricity_meter' && !inside.has(deviceId) ? deviceId : [],
    ),
  );
}
