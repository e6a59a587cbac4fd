import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClockAccumulator } from '../src/lib/clocks/clock-accumulator.ts';
import { zoneOffsets } from '../src/lib/clocks/zone-offsets.ts';
import type { IncomingMessage } from '../src/lib/message.ts';
import { SourceDirectory } from '../src/lib/sources/source-directory.ts';
import { stageMessage } from '../src/lib/staged-message.ts';
import { createReadingBatch } from '@verimeter/reading-store';

const SLOT_START_MS = Date.UTC(2026, 10, 23, 6);

/** A plan of one message of a device, stamped `stamps` (milliseconds since 1970) and received at `receivedMs`. */
function planOf(
  stamps: readonly (number | undefined)[],
  receivedMs: number,
  fields: Partial<IncomingMessage> & { deviceId?: string; isUnknown?: boolean } = {},
) {
  const { deviceId = 'M1', isUnknown = false, ...rest } = fields;
  const records = stamps.map((ts) => ({
    ...(ts === undefined ? {} : { ts }),
    values: { active_power: 1, voltage_l1: 230 },
  }));
  const [staged] = stageMessage(
    {
      topic: `verimeter/v1/demo/${deviceId}/readings`,
      payload: Buffer.from(JSON.stringify(records)),
      receivedAtUs: receivedMs * 1000,
      qos: 1,
      retain: false,
      dup: false,
      session: 's',
      packetId: 1,
      source: 'mqtt',
      ...rest,
    },
    new SourceDirectory(),
  );
  if (staged === undefined) throw new Error('a message has at least one part');
  const device = { tenant: 'demo', deviceId, channels: new Map() };
  const message = {
    staged,
    device: isUnknown ? undefined : device,
    tenant: 'demo',
    rejects: staged.decoded.rejects,
    events: [],
    received: staged.decoded.received,
    ignored: 0,
    firstRow: 0,
    rows: 0,
  };
  return { messages: [message], readings: createReadingBatch(0) };
}

test('messages of a slot are summed up, by their newest device time', () => {
  const seen = new ClockAccumulator();
  const at = (minutes: number): number => SLOT_START_MS + minutes * 60_000;
  seen.observe(planOf([at(0), at(15)], at(15) + 2000));
  seen.observe(planOf([at(30)], at(30) + 500));
  seen.observe(planOf([at(31) + 17], at(100) + 17)); // late
  seen.observe(planOf([at(110)], at(104))); // ahead
  seen.observe(planOf([undefined], at(105))); // without a time
  seen.observe(planOf([946_684_800_000], at(106))); // the year 2000
  seen.observe(planOf([at(107) + 90 * 86_400_000], at(107))); // three months ahead
  expect(seen.take(10)).toEqual([
    {
      tenant: 'demo',
      deviceId: 'M1',
      startUs: SLOT_START_MS * 1000,
      lastReceivedUs: at(107) * 1000,
      messages: 5,
      lagMinMs: -90 * 86_400_000,
      lagMaxMs: 69 * 60_000,
      spanMs: 15 * 60_000,
      stepMs: 60_017,
      future: 2,
      late: 1,
      offMinute: 1,
      unset: 1,
      arrival: 1,
    },
  ]);
  expect(seen.take(10)).toEqual([]);
});

test('what was repeated, retained, replayed, or sent by a device that nobody knows says nothing', () => {
  const seen = new ClockAccumulator();
  for (const fields of [{ dup: true }, { retain: true }, { source: 'replay' }, { isUnknown: true }])
    seen.observe(planOf([SLOT_START_MS], SLOT_START_MS, fields));
  expect(seen.take(10)).toEqual([]);
});

test('a slot that has ended is kept until it is taken, and what is put back comes again', () => {
  const seen = new ClockAccumulator();
  const later = SLOT_START_MS + 6 * 3_600_000;
  seen.observe(planOf([SLOT_START_MS], SLOT_START_MS));
  seen.observe(planOf([later], later + 1));
  const taken = seen.take(1);
  expect(taken.map(({ startUs }) => startUs)).toEqual([SLOT_START_MS * 1000]);
  seen.putBack(taken);
  expect(seen.take(5).map(({ startUs }) => startUs)).toEqual([SLOT_START_MS * 1000, later * 1000]);
});

test('however often it is asked, nothing is counted twice or lost', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          device: fc.integer({ min: 0, max: 3000 }),
          slot: fc.integer({ min: 0, max: 2 }),
          isTaken: fc.boolean(),
        }),
        { maxLength: 100 },
      ),
      (messages) => {
        const seen = new ClockAccumulator();
        const counts = new Map<string, number>();
        const take = (most: number): void => {
          for (const { deviceId, messages: count } of seen.take(most))
            counts.set(deviceId, (counts.get(deviceId) ?? 0) + count);
        };
        for (const { device, slot, isTaken } of messages) {
          const ms = SLOT_START_MS + slot * 6 * 3_600_000;
          seen.observe(planOf([ms], ms, { deviceId: `M${device}` }));
          if (isTaken) take(2);
        }
        take(1e6);
        const expected = Map.groupBy(messages, ({ device }) => `M${device}`);
        expect(counts).toEqual(new Map([...expected].map(([id, own]) => [id, own.length])));
      },
    ),
    { numRuns: 30 },
  );
});

test('offsets of a zone are those of winter and summer', () => {
  expect(zoneOffsets('Asia/Ho_Chi_Minh', 2026)).toEqual([420]);
  expect(zoneOffsets('Europe/Berlin', 2026)).toEqual([60, 120]);
  expect(zoneOffsets('America/St_Johns', 2026)).toEqual([-210, -150]);
  expect(zoneOffsets('UTC', 2026)).toEqual([0]);
  expect(zoneOffsets('Nowhere/None', 2026)).toEqual([]);
});
