import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ClassifiedClock,
  type ClockObservation,
  type DeviceKey,
  type Pool,
  addClockObservations,
  readClocks,
  saveClocks,
  trimClockObservations,
} from '@verimeter/registry';
import { type Logger, startRounds } from '@verimeter/service-runtime';
import { CLOCK_SLOT_US, CLOCK_WINDOW_US, classifyClock } from '@verimeter/telemetry';
import type { BatchPlan } from '../plan-batch.ts';
import { ClockAccumulator } from './clock-accumulator.ts';
import { zoneOffsets } from './zone-offsets.ts';

const EVERY_MS = 60_000;
/** Observations written, and clocks classified, in one round: what a large fleet costs the database stays the same. */
const WRITTEN_PER_ROUND = 20_000;
const WRITTEN_AT_A_TIME = 5000;
const CLASSIFIED_PER_ROUND = 1000;
const CLASSIFIED_AT_A_TIME = 100;
/** A clock is looked at again after this. */
const AGAIN_AFTER_MS = 15 * 60_000;
/** More devices than this are not told apart: they are looked at again earlier. */
const MAX_DEVICES = 1_000_000;
const DAYS_KEPT = CLOCK_WINDOW_US / 86_400e6;

export interface ClockRounds {
  /** Messages that were committed. */
  observe(plan: BatchPlan): void;
  /** Writes what was seen and classifies the clocks of which something was; not before this is anything of it seen by others. */
  round(): Promise<void>;
  /** Writes what fits into a moment; the rest of the last minute is lost, it is statistics. */
  stop(): Promise<void>;
}

/** Observes the clocks of devices and says once a minute how they are. */
export function startClockRounds(pool: Pool, log: Logger): ClockRounds {
  const seen = new ClockAccumulator();
  const due = new DueClocks();
  let trimmedSlot = 0;

  async function write(): Promise<void> {
    for (let written = 0; written < WRITTEN_PER_ROUND; written += WRITTEN_AT_A_TIME) {
      const some = seen.take(WRITTEN_AT_A_TIME);
      if (some.length === 0) return;
      const once = onceEach(some, seen);
      try {
        // oxlint-disable-next-line no-await-in-loop -- one short transaction after the other
        await addClockObservations(pool, once);
      } catch (error) {
        seen.putBack(once);
        throw error;
      }
      due.add(some);
    }
  }

  async function classify(nowMs: number): Promise<void> {
    for (let done = 0; done < CLASSIFIED_PER_ROUND; done += CLASSIFIED_AT_A_TIME) {
      const devices = due.take(CLASSIFIED_AT_A_TIME, nowMs);
      if (devices.length === 0) return;
      // oxlint-disable-next-line no-await-in-loop
      await classifyClocks(pool, devices, nowMs);
    }
  }

  async function round(): Promise<void> {
    const nowMs = Date.now();
    await write();
    await classify(nowMs);
    const slot = Math.floor((nowMs * 1000) / CLOCK_SLOT_US);
    if (slot === trimmedSlot) return;
    await trimClockObservations(pool, DAYS_KEPT);
    trimmedSlot = slot;
  }

  const rounds = startRounds({
    everyMs: EVERY_MS,
    begin: 'after a pause',
    round,
    onFailure: (error) => log.warn({ err: error }, 'what was seen of clocks is not written yet'),
  });
  return {
    observe: (plan) => seen.observe(plan),
    round,
    async stop() {
      await rounds.stop();
      await write().catch(() => undefined); // the database is away: it is statistics
    },
  };
}

/** Says anew how the clocks of some devices are. */
async function classifyClocks(
  pool: Pool,
  devices: readonly DeviceKey[],
  nowMs: number,
): Promise<void> {
  const year = new Date(nowMs).getUTCFullYear();
  const zones = new Map<string, number[]>();
  const classified: ClassifiedClock[] = [];
  for (const record of await readClocks(pool, devices)) {
    const { tenant, deviceId, zone, lastReceivedUs, slots, areaOffset } = record;
    const zoneMinutes = zones.get(zone) ?? zoneOffsets(zone, year);
    zones.set(zone, zoneMinutes);
    const clock = classifyClock(slots, { zoneMinutes, areaOffset });
    classified.push({ tenant, deviceId, lastReceivedUs, clock });
    // A few milliseconds for some clocks: messages are not kept waiting for those of a hundred.
    // oxlint-disable-next-line no-await-in-loop
    await nextTurn();
  }
  await saveClocks(pool, classified);
}

/** One statement writes a slot of a device once: what could not be written before may stand beside what was seen since. */
function onceEach(some: readonly ClockObservation[], seen: ClockAccumulator): ClockObservation[] {
  const first = new Map<string, ClockObservation>();
  const again: ClockObservation[] = [];
  for (const one of some) {
    const key = `${one.tenant}/${one.deviceId}/${one.startUs}`;
    if (first.has(key)) again.push(one);
    else first.set(key, one);
  }
  seen.putBack(again);
  return [...first.values()];
}

/** Devices that were seen since they were looked at, the longest waiting first. */
class DueClocks {
  /** When a device may be looked at again, milliseconds since 1970. */
  readonly #after = new Map<string, number>();
  readonly #waiting = new Map<string, DeviceKey>();

  add(devices: readonly DeviceKey[]): void {
    for (const { tenant, deviceId } of devices)
      this.#waiting.set(`${tenant}/${deviceId}`, { tenant, deviceId });
  }

  take(most: number, nowMs: number): DeviceKey[] {
    const taken: DeviceKey[] = [];
    for (const [key, device] of this.#waiting) {
      if (taken.length === most) break;
      if ((this.#after.get(key) ?? 0) > nowMs) continue;
      this.#waiting.delete(key);
      if (this.#after.size >= MAX_DEVICES) this.#after.clear();
      this.#after.set(key, nowMs + AGAIN_AFTER_MS);
      taken.push(device);
    }
    return taken;
  }
}
