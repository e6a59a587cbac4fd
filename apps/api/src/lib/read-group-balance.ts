import { BALANCE_DAYS, type GroupBalance } from '@verimeter/api-schema';
import { balancedQuantity } from '@verimeter/metrology';
import { groupIntervalSpan, type Queryable, readGroupIntervals } from '@verimeter/registry';
import { type DeviceKind, findQuantity, type GroupKind, zoneDays } from '@verimeter/telemetry';
import { balance, type Spell } from './group-balance.ts';

const HOUR_US = 3600e6;
const DAY_US = 86_400e6;
/** Days of all members that are in memory together. */
const DAYS_AT_A_TIME = 7;
/** Shown where no period is asked for. */
const USUAL_DAYS = { '1h': 2, '1d': 30 } as const;

/** The kind of meter that a group balances, and the register that runs against the balanced one. */
const BALANCED: Readonly<
  Record<GroupKind, { readonly meter: DeviceKind; readonly opposite: string } | undefined>
> = {
  electricity_area: { meter: 'electricity_meter', opposite: 'active_energy_export' },
  water_district: { meter: 'water_meter', opposite: 'water_volume_reverse' },
  sensor_network: undefined,
};

const utcDay = (us: number): string => new Date(us / 1000).toISOString().slice(0, 10);

async function spellsOf(client: Queryable, groupId: string): Promise<Spell[]> {
  const { rows } = await client.query<Spell>(
    `SELECT role AS side, valid_from AS "fromUs", valid_to AS "toUs" FROM members
      WHERE group_id = $1 AND role IN ('supply', 'supply_out', 'consumer')`,
    [groupId],
  );
  return rows;
}

/** Buckets from the first that holds `fromUs` to the last that begins before `toUs`. */
function bucketStarts(
  resolution: '1h' | '1d',
  zone: string,
  fromUs: number,
  toUs: number,
): number[] {
  if (resolution === '1d') return zoneDays(zone, fromUs, toUs);
  const first = Math.floor(fromUs / HOUR_US) * HOUR_US;
  const count = Math.max(1, Math.ceil((toUs - first) / HOUR_US));
  return Array.from({ length: count + 1 }, (_, k) => first + k * HOUR_US);
}

export interface BalanceWish {
  /** Microseconds since 1970. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly days?: number | undefined;
  readonly resolution?: '1h' | '1d' | undefined;
  readonly zone: string;
}

/** What came into a group against what its consumers took; undefined: the tenant has no such group. */
export async function readGroupBalance(
  client: Queryable,
  groupId: string,
  query: BalanceWish,
): Promise<GroupBalance | undefined> {
  const { rows } = await client.query<{ kind: GroupKind }>(
    'SELECT kind FROM groups WHERE group_id = $1',
    [groupId],
  );
  const [group] = rows;
  if (group === undefined) return undefined;
  const kinds = BALANCED[group.kind];
  const quantity = kinds === undefined ? undefined : balancedQuantity(kinds.meter);
  const spells = await spellsOf(client, groupId);
  const answer = {
    group_id: groupId,
    quantity: quantity ?? null,
    unit: quantity === undefined ? null : (findQuantity(quantity)?.unit ?? null),
    formed_from: null,
    formed_until: null,
    consumers: 0,
    items: [],
  };
  if (kinds === undefined || quantity === undefined) return answer;
  const quantities = [quantity, kinds.opposite];
  const span = await groupIntervalSpan(client, groupId, quantities);
  if (span === undefined) return answer;

  const resolution = query.resolution ?? '1d';
  // Intervals are kept with the day (UTC) that they end in, its end included.
  const toUs = Math.min(query.to ?? Infinity, span.lastDayUs + DAY_US);
  const earliest = Math.max(span.firstDayUs, toUs - BALANCE_DAYS[resolution] * DAY_US);
  const fromUs = Math.max(
    earliest,
    query.from ?? toUs - (query.days ?? USUAL_DAYS[resolution]) * DAY_US,
  );
  const consumers = spells.filter(
    ({ side, fromUs: since, toUs: until }) => side === 'consumer' && since < toUs && toUs <= until,
  ).length;
  const known = {
    ...answer,
    formed_from: utcDay(span.firstDayUs),
    formed_until: utcDay(span.lastDayUs),
    consumers,
  };
  if (fromUs >= toUs) return known;
  const all = bucketStarts(resolution, query.zone, fromUs, toUs);
  // Where nobody asked for an end, only buckets that are formed as a whole.
  const starts = all.filter(
    (at) =>
      (query.from !== undefined || at >= span.firstDayUs) &&
      (query.to !== undefined || at <= span.lastDayUs + DAY_US),
  );
  if (starts.length < 2) return known;
  const sums = balance({ starts, opposite: kinds.opposite });
  const lastUs = starts.at(-1) ?? toUs;
  for (let dayUs = starts[0] ?? fromUs; dayUs <= lastUs; dayUs += DAYS_AT_A_TIME * DAY_US) {
    const untilUs = Math.min(dayUs + (DAYS_AT_A_TIME - 1) * DAY_US, lastUs);
    // oxlint-disable-next-line no-await-in-loop -- some days of all members in memory at a time
    const days = await readGroupIntervals(client, groupId, quantities, dayUs, untilUs);
    for (const day of days) sums.add(day);
  }
  return { ...known, items: sums.buckets(spells) };
}
