import type { GroupVoltage } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import { VOLTAGES } from './device-quantities.ts';
import { evenly } from './evenly.ts';

const DAY_US = 86_400e6;
const DAYS = 8;
/** Looked at four times a day: of each day the time at which the members differ least counts. */
const LOOKS_A_DAY = 4;
const MOST_MEMBERS = 20;
/** Members that tell what is usual. */
const LEAST_MEMBERS = 8;

/** Voltages of members of one group, V, mean of the phases, one row per member. */
interface GroupLooks {
  readonly deviceIds: readonly string[];
  readonly volts: readonly Float64Array[];
  /** Rows that tell what is usual: they do not depend on which devices are asked for. */
  readonly cohort: readonly number[];
}

/** Voltages of a group's members up to an instant; undefined where few send any. */
export interface GroupVoltages {
  /** Against the other members. */
  of(deviceId: string): GroupVoltage | undefined;
}

export async function readGroupVoltages(
  context: { readonly pool: Pool; readonly store: ReadingStore; readonly tenant: string },
  groupId: string,
  asOfUs: number,
  deviceIds: readonly string[],
): Promise<GroupVoltages | undefined> {
  const looks = await readLooks(context, groupId, asOfUs, deviceIds);
  return looks.cohort.length <= LEAST_MEMBERS ? undefined : { of: (id) => against(looks, id) };
}

async function readLooks(
  { pool, store, tenant }: Parameters<typeof readGroupVoltages>[0],
  groupId: string,
  asOfUs: number,
  deviceIds: readonly string[],
): Promise<GroupLooks> {
  const { rows } = await pool.query<{ device_id: string; channel_ids: number[] }>(
    `SELECT c.device_id, array_agg(c.channel_id ORDER BY c.quantity) AS channel_ids
       FROM members m JOIN channels c USING (tenant, device_id)
      WHERE m.tenant = $1 AND m.group_id = $2 AND m.role = 'consumer' AND c.quantity = ANY ($3)
        AND m.valid_from <= to_timestamp($4::float8 / 1e6) AND m.valid_to > to_timestamp($4::float8 / 1e6)
      GROUP BY c.device_id ORDER BY c.device_id`,
    [tenant, groupId, VOLTAGES, asOfUs],
  );
  const asked = new Set(deviceIds);
  const cohort = new Set(evenly(rows, MOST_MEMBERS).map((row) => row.device_id));
  const members = rows.filter(({ device_id: id }) => cohort.has(id) || asked.has(id));
  const stepUs = DAY_US / LOOKS_A_DAY;
  const startUs = Math.floor(asOfUs / stepUs) * stepUs - (DAYS * LOOKS_A_DAY - 1) * stepUs;
  const count = DAYS * LOOKS_A_DAY;
  const matrix = await store.matrix(
    members.flatMap((member) => member.channel_ids),
    { startUs, stepUs, count, asOfUs },
  );
  const rowOf = new Map(matrix.channelIds.map((channelId, row) => [channelId, row]));
  const found = members.flatMap(({ device_id: deviceId, channel_ids: channelIds }) => {
    const volts = Float64Array.from({ length: count }, (_, k) => {
      let sum = 0;
      let phases = 0;
      for (const channelId of channelIds) {
        const row = rowOf.get(channelId);
        const value = row === undefined ? NaN : (matrix.values[row * count + k] ?? NaN);
        if (!(value > 0)) continue;
        sum += value;
        phases++;
      }
      return phases === 0 ? NaN : sum / phases;
    });
    return volts.some(Number.isFinite) ? [{ deviceId, volts }] : [];
  });
  return {
    deviceIds: found.map((own) => own.deviceId),
    volts: found.map((own) => own.volts),
    cohort: found.flatMap((own, row) => (cohort.has(own.deviceId) ? row : [])),
  };
}

function against(
  { deviceIds, volts, cohort }: GroupLooks,
  deviceId: string,
): GroupVoltage | undefined {
  const index = deviceIds.indexOf(deviceId);
  const mine = volts[index];
  if (mine === undefined) return undefined;
  const own = new Float64Array(DAYS).fill(NaN);
  const centre = new Float64Array(DAYS).fill(NaN);
  const spread = new Float64Array(DAYS).fill(NaN);
  for (let day = 0; day < DAYS; day++)
    for (let look = 0; look < LOOKS_A_DAY; look++) {
      const k = day * LOOKS_A_DAY + look;
      const others = cohort.flatMap((row) => {
        const value = volts[row]?.[k] ?? NaN;
        return row !== index && Number.isFinite(value) ? value : [];
      });
      if (others.length < LEAST_MEMBERS || !Number.isFinite(mine[k])) continue;
      const middle = middleOf(others);
      const width = 1.4826 * middleOf(others.map((value) => Math.abs(value - middle)));
      const least = spread[day] ?? NaN;
      if (Number.isFinite(least) && least <= width) continue;
      own[day] = mine[k] ?? NaN;
      centre[day] = middle;
      spread[day] = width;
    }
  return { own, median: centre, spread };
}

/** Of an even number the upper one. */
const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
