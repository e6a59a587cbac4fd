import { setTimeout as delay } from 'node:timers/promises';
import { type Pool, ensureChannels } from '@verimeter/registry';
import { PROBE, TENANT } from './workload.ts';

/** What is seen is seen so much late at most. Looking more often takes processor time from what is measured. */
const POLL_MS = 5;
/** Probes are counted up from 0 in the order of their times: the last one that is visible tells how many are. */
const LAST_VISIBLE = `
  SELECT value AS last FROM stored_readings WHERE channel_id = $1 AND ts >= $2::timestamptz AND ts < $3::timestamptz
   ORDER BY ts DESC LIMIT 1`;

/** The channel of the probe, so that looking for it costs one look into an index. */
async function probeChannel(pool: Pool): Promise<number> {
  const [channel] = await ensureChannels(pool, [
    { tenant: TENANT, deviceId: PROBE, quantity: 'active_power', unit: 'W' },
  ]);
  if (channel === undefined) throw new Error('the probe is not registered');
  return channel.channelId;
}

/** When each probe was first seen by another session, milliseconds since 1970. */
export async function watchProbes(
  pool: Pool,
  range: { readonly fromMs: number; readonly untilMs: number },
  isOver: (seen: number) => boolean,
): Promise<number[]> {
  const seen: number[] = [];
  const values = [await probeChannel(pool), new Date(range.fromMs), new Date(range.untilMs)];
  while (!isOver(seen.length)) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await pool.query<{ last: number }>({
      name: 'bench_last_visible',
      text: LAST_VISIBLE,
      values,
    });
    const now = performance.timeOrigin + performance.now();
    const last = rows[0]?.last ?? -1;
    while (seen.length <= last) seen.push(now);
    // oxlint-disable-next-line no-await-in-loop
    await delay(POLL_MS);
  }
  return seen;
}

export interface Latency {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds from publication to visibility. */
export function latencyOf(
  rate: number,
  published: readonly number[],
  seen: readonly number[],
): Latency {
  const times = published
    .map((at, probe) => (seen[probe] ?? Infinity) - at)
    .toSorted((a, b) => a - b);
  const quantile = (q: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? Infinity;
  return { rate, p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
}
