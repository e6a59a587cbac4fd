import type { LedgerWorld } from './ledger-world.ts';

export const HOUR_7 = '2026-11-23T07:00:00.000Z';
export const HOUR_8 = '2026-11-23T08:00:00.000Z';

export const topicOf = (device: string, level = 'readings'): string =>
  `verimeter/v1/demo/${device}/${level}`;

export const sample = (values: Record<string, number>, ts = '2026-11-23T06:00:00Z'): string =>
  JSON.stringify({ ts, values });

export const profile = (start: string, values: readonly (number | null)[]): string =>
  JSON.stringify({ quantity: 'active_energy_import', start, step: 900, values });

const pack = (u: string, bt: number): string =>
  JSON.stringify([{ bn: 'M3:', bt, n: 'no2', u, v: 20 }]);

/**
 * One of everything that can become of a reading, in the hours 7, 8 and 9. Returns how many readings were published, as
 * their senders count them: redelivered ones again, what cannot be read as one.
 */
export async function publishEverything(world: LedgerWorld): Promise<number> {
  await world.register('demo', 'M1', 'M2', 'M3');
  let published = 0;
  const send = async (
    units: number,
    topic: string,
    payload: string,
    receivedAt: string,
    more: { packetId?: number; dup?: boolean } = {},
  ): Promise<void> => {
    published += units;
    await world.publish({ topic, payload, receivedAt, ...more });
  };
  const three = profile('2026-11-23T06:00:00Z', [1, 2, 3]);
  await send(3, topicOf('M1'), three, '2026-11-23T07:05:00Z', { packetId: 60_001 });
  await send(3, topicOf('M1'), three, '2026-11-23T07:06:00Z', { packetId: 60_001, dup: true });
  await send(2, topicOf('M2'), profile('2026-11-23T06:00:00Z', [1, null, 2]), HOUR_7);
  // The last microseconds of an hour and the first ones of the next.
  await send(1, topicOf('M2'), sample({ voltage_l1: 230 }), '2026-11-23T07:59:59.999Z');
  await send(1, topicOf('M2'), sample({ voltage_l2: 231 }), HOUR_8);
  // Another value is a conflict, once; the same other value again is a duplicate.
  for (const value of [7, 7, 8])
    // oxlint-disable-next-line no-await-in-loop -- the order decides which is which
    await send(1, topicOf('M1'), sample({ active_energy_import: value }), '2026-11-23T08:10:00Z');
  await send(1, topicOf('M1'), '{', '2026-11-23T08:11:00Z');
  await send(2, topicOf('M1'), sample({ voltage_l1: 230, nonsense: 1 }), '2026-11-23T08:12:00Z');
  await send(1, topicOf('M3', 'senml'), pack('ppb', 1795418100), '2026-11-23T08:13:00Z');
  await send(1, topicOf('M3', 'senml'), pack('ug/m3', 1795418160), '2026-11-23T08:14:00Z');
  // A device that is registered between two of its messages of one hour.
  const late = sample({ voltage_l1: 230, nonsense: 1 });
  await send(2, topicOf('late'), late, '2026-11-23T08:20:00Z');
  await send(1, topicOf('late'), '{', '2026-11-23T08:20:30Z');
  await world.register('demo', 'late');
  await send(2, topicOf('late'), late, '2026-11-23T08:21:00Z');
  await send(1, topicOf('never'), sample({ voltage_l1: 1 }), '2026-11-23T08:22:00Z');
  await send(
    1,
    'verimeter/v1/nowhere/M1/readings',
    sample({ voltage_l1: 1 }),
    '2026-11-23T08:23:00Z',
  );
  await send(1, 'verimeter/v1/demo/M1', sample({ voltage_l1: 1 }), '2026-11-23T08:24:00Z');
  // Without own time: only its packet says that it was delivered before.
  const timeless = JSON.stringify({ values: { voltage_l3: 229 } });
  await send(1, topicOf('M1'), timeless, '2026-11-23T09:00:00Z', { packetId: 60_002 });
  await send(1, topicOf('M1'), timeless, '2026-11-23T09:00:09Z', { packetId: 60_002, dup: true });
  return published;
}

/** Counted by hand from what is published. */
export const MQTT_TOTALS = {
  received: 28,
  stored: 11,
  duplicate: 5,
  conflicting: 2,
  rejected: 10,
  pending: 0,
};
