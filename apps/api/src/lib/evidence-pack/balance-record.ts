import type { EvidencePack } from '@verimeter/api-schema';
import { addDays } from '@verimeter/metrology';
import { type PoolClient, timestamptz } from '@verimeter/registry';
import { readGroupBalance } from '../read-group-balance.ts';
import { rounded } from '../register-sums.ts';
import { dayIn } from './register-record.ts';

type Balance = NonNullable<EvidencePack['balance']>;
type GroupRow = Pick<Balance, 'group_id' | 'name' | 'kind' | 'status' | 'technical_loss'>;

interface Window {
  readonly deviceId: string;
  readonly zone: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** The group that the device is balanced in at an instant. */
async function groupOf(
  client: PoolClient,
  deviceId: string,
  atUs: number,
): Promise<GroupRow | undefined> {
  const { rows } = await client.query<GroupRow>(
    `SELECT g.group_id, g.name, g.kind, g.technical_loss, h.status
       FROM members m JOIN groups g USING (tenant, group_id) LEFT JOIN group_health h USING (tenant, group_id)
      WHERE m.device_id = $1 AND m.role IN ('consumer', 'supply', 'supply_out') AND m.valid_from <= $2 AND $2 < m.valid_to
      ORDER BY m.role = 'consumer' DESC, g.group_id LIMIT 1`,
    [deviceId, timestamptz(atUs)],
  );
  return rows[0];
}

const sum = (amounts: readonly number[]): number | null =>
  amounts.length === 0 ? null : rounded(amounts.reduce((total, one) => total + one, 0));

/** What came into the area of a device against what its consumers took, by weeks of the window; null: it is in none. */
export async function readBalanceRecord(
  client: PoolClient,
  { deviceId, zone, fromUs, toUs }: Window,
  deviceDays: ReadonlyMap<string, number | null>,
): Promise<Balance | null> {
  const group = await groupOf(client, deviceId, toUs - 1);
  if (group === undefined || group.kind === 'sensor_network') return null;
  const balance = await readGroupBalance(client, group.group_id, {
    from: fromUs,
    to: toUs,
    resolution: '1d',
    zone,
  });
  if (balance === undefined) return null;
  const days = balance.items.map((item) => ({
    ...item,
    day: dayIn(zone, Date.parse(item.start) * 1000),
  }));
  const weeks: Balance['weeks'] = [];
  for (let at = 0; at < days.length; at += 7) {
    const week = days.slice(at, at + 7);
    const [first, last] = [week[0], week.at(-1)];
    if (first === undefined || last === undefined) continue;
    // Days of which either side is unknown would show a loss that is none.
    const known = week.filter(({ supply, consumers }) => supply !== null && consumers !== null);
    const supply = sum(known.map((day) => day.supply ?? 0));
    const consumers = sum(known.map((day) => day.consumers ?? 0));
    const out = sum(known.map((day) => day.supply_out ?? 0)) ?? 0;
    const own = known.flatMap(({ day }) => deviceDays.get(day) ?? []);
    const coverages = week.map((day) =>
      Math.min(day.supply_coverage ?? 0, day.consumer_coverage ?? 0),
    );
    weeks.push({
      from: first.day,
      to: first.day === last.day ? last.day : addDays(first.day, week.length - 1),
      supply,
      consumers,
      loss: supply === null || consumers === null ? null : rounded(supply - out - consumers),
      device: sum(own),
      coverage: coverages.reduce((total, one) => total + one, 0) / coverages.length,
    });
  }
  return { ...group, unit: balance.unit ?? '', consumers: balance.consumers, weeks };
}
