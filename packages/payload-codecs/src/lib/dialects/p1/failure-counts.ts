import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { DialectState } from '../../foreign/dialect.ts';
import { latestBy } from '../../foreign/merge-memory.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import type { PointTime } from '../../foreign/times.ts';
import { type P1Objects, firstValue } from './telegram.ts';

/** Counts of failures of the supply: any, and those of more than a few minutes. */
const COUNTERS = ['0-0:96.7.21', '0-0:96.7.9'] as const;
/** Meters whose counts are remembered; more than one source has. */
const MOST_METERS = 100_000;

/** Of two counts that two workers were told. */
export const laterCount = latestBy((known) => {
  const atUs = Array.isArray(known) ? known[1] : undefined;
  return typeof atUs === 'number' ? atUs : 0;
});

/** A count that is higher than the one before is a failure that is over; the first one says nothing. */
export function noteFailures(
  meter: string,
  objects: P1Objects,
  device: DeviceFindings,
  time: PointTime,
  state: DialectState | undefined,
  { message }: MessageFindings,
): void {
  if (state === undefined || message.retain || message.replayed === true) return;
  for (const code of COUNTERS) {
    const text = firstValue(objects, code);
    if (text === undefined || !/^\d{1,9}$/.test(text)) continue;
    const count = Number(text);
    const key = `failures:${meter}:${code}`;
    const known = state.get(key);
    const [before, atUs] = Array.isArray(known) ? known : [];
    if (typeof before === 'number' && typeof atUs === 'number') {
      // of an older telegram nothing is news
      if (before === count || time.tsUs < atUs) continue;
      if (count > before)
        device.event('power_loss', 'past', time, `${code}: ${before}, then ${count}`, false);
    } else if (state.size >= MOST_METERS * COUNTERS.length) continue;
    state.set(key, [count, time.tsUs]);
  }
}
