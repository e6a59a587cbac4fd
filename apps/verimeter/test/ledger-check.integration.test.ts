import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOUR_8, MQTT_TOTALS, publishEverything, sample, topicOf } from './ledger-scenario.ts';
import { type LedgerWorld, createLedgerWorld } from './ledger-world.ts';
import { runProgram } from './program.ts';

let world: LedgerWorld;
beforeEach(async () => {
  world = await createLedgerWorld();
});
afterEach(() => world.close());

test('everything that can become of a reading is accounted for, down to the count of its senders', async () => {
  const published = await publishEverything(world);
  expect(published).toBe(28);
  const checked = await world.run();
  expect(checked).toMatchObject({
    status: 0,
    ok: true,
    from: null,
    to: null,
    violations: [],
    violations_left_out: 0,
    gaps: [],
    gaps_left_out: 0,
  });
  expect(checked.totals.by_source).toEqual({ mqtt: MQTT_TOTALS });
  expect(checked.totals.received).toBe(published);
  expect(checked.checked).toEqual({
    ledger_rows: 11,
    device_hours: 11,
    readings: 11,
    conflicts: 2,
    quarantine_entries: 10,
    channels: null,
  });
  const { status, stdout } = await world.program();
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^tenant demo, all receive hours: .* against 11 readings, 2 conflicts and/,
  );
  expect(stdout).toMatch(/\nmqtt +28 +11 +5 +2 +10 +0\n/);
  expect(stdout).toMatch(/\nevery reading is accounted for\n$/);
});

test('of a flood of one cause a part is kept, the whole is accounted for', async () => {
  const receivedAt = '2026-11-22T08:10:00Z';
  const flood = (device: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        world.publish({ topic: topicOf(device), payload: 'rubbish', receivedAt }),
      ),
    );
  await world.register('demo', 'M1');
  await flood('M1', 1100);
  await flood('stranger', 1050);
  const checked = await world.run();
  expect(checked).toMatchObject({ status: 0, violations: [], totals: { rejected: 2150 } });
  expect(checked.checked).toMatchObject({ quarantine_entries: 2000 });
  await world.tamper(
    `UPDATE quarantine_left_out SET rejected = rejected - 1 WHERE device_id = 'M1'`,
  );
  expect(await world.run()).toMatchObject({ status: 1, violations: [{ device_id: 'M1' }] });
});

test('an import with every kind of row beside the messages', async () => {
  await publishEverything(world);
  const directory = await createTemporaryDirectory();
  try {
    const file = path.join(directory.path, 'readings.csv');
    const rows = [
      'device_id,quantity,ts,value',
      'M1,frequency,2026-11-22T00:00:00Z,50',
      'M1,frequency,2026-11-22T00:00:00Z,50',
      'M1,frequency,2026-11-22T00:00:00Z,49',
      'M1,frequency,2026-11-22T00:00:00,50',
      'M1,nonsense,2026-11-22T00:00:00Z,50',
      'stranger,frequency,2026-11-22T00:00:00Z,50',
      'stranger,nonsense,2026-11-22T00:00:00Z,50',
      'not a device,frequency,2026-11-22T00:00:00Z,50',
      'M1,frequency',
    ];
    await writeFile(file, rows.join('\n'));
    const imported = await runProgram(['import', 'readings', file], world.environment);
    expect(imported.status).toBe(0);
  } finally {
    await directory.remove();
  }
  const checked = await world.check();
  expect(checked.violations).toEqual([]);
  expect(checked.totals.by_source).toEqual({
    import: { received: 9, stored: 1, duplicate: 1, conflicting: 1, rejected: 6, pending: 0 },
    mqtt: MQTT_TOTALS,
  });
  await world.tamper(`DELETE FROM quarantine WHERE source = 'import' AND reason = 'malformed'`);
  expect(await world.check()).toMatchObject({
    ok: false,
    violations: [{ check: 'rejected', device_id: null, source: 'import', ledger: 4, found: 3 }],
  });
  await world.tamper(
    `DELETE FROM quarantine WHERE source = 'import' AND reason = 'unknown_quantity'`,
  );
  expect((await world.check()).violations).toMatchObject([
    { check: 'rejected', device_id: 'M1', source: 'import', ledger: 2, found: 1 },
    { check: 'rejected', device_id: null, source: 'import' },
  ]);
});

test('what is sent again from quarantine is stored in the hour in which it was received', async () => {
  const message = { topic: topicOf('late'), receivedAt: '2026-11-23T08:20:00Z' };
  await world.publish({ ...message, payload: sample({ voltage_l1: 230, voltage_l2: 231 }) });
  await world.register('demo', 'late');
  await world.publish({
    ...message,
    payload: sample({ voltage_l1: 230, voltage_l2: 231 }),
    source: 'replay',
  });
  const checked = await world.check({ from: HOUR_8, to: '2026-11-23T09:00:00Z' });
  expect(checked.violations).toEqual([]);
  expect(checked.totals.by_source).toMatchObject({
    mqtt: { received: 2, rejected: 2 },
    replay: { received: 2, stored: 2, rejected: 0 },
  });
  // A second entry of a reading that is rejected again is no second account of it.
  await world.tamper(
    `INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, message, payload_bytes, rejected)
     SELECT tenant, received_at, 'replay', topic, device_id, 'bad_unit', message, payload_bytes, 1 FROM quarantine`,
  );
  expect((await world.check()).violations).toEqual([]);
  await world.tamper(`UPDATE ledger_hours SET received = received + 1 WHERE source = 'replay'`);
  expect(await world.check()).toMatchObject({
    ok: false,
    violations: [
      {
        check: 'balance',
        device_id: 'late',
        hour: HOUR_8,
        source: 'replay',
        ledger: 3,
        found: 2,
      },
    ],
  });
});

test('a tenant of which nothing came, and one that does not exist', async () => {
  expect(await world.check()).toMatchObject({
    ok: true,
    checked: {
      ledger_rows: 0,
      device_hours: 0,
      readings: 0,
      conflicts: 0,
      quarantine_entries: 0,
    },
    totals: { received: 0, by_source: {} },
  });
  const { status, stdout, stderr } = await world.program('--tenant', 'nobody');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('there is no tenant nobody');
});

test('another tenant with a device of the same name changes nothing', async () => {
  await publishEverything(world);
  await world.register('other', 'M1');
  const topic = 'verimeter/v1/other/M1/readings';
  await world.publish({ topic, payload: sample({ voltage_l1: 1, x: 1 }), receivedAt: HOUR_8 });
  await world.publish({ topic, payload: sample({ voltage_l1: 2 }), receivedAt: HOUR_8 });
  expect((await world.check()).totals.by_source).toEqual({ mqtt: MQTT_TOTALS });
  const other = { received: 3, stored: 1, conflicting: 1, rejected: 1 };
  expect(await world.check({ tenant: 'other' })).toMatchObject({
    ok: true,
    totals: { by_source: { mqtt: other } },
  });
  await world.tamper(`DELETE FROM reading_conflicts WHERE tenant = 'other'`);
  expect(await world.check()).toMatchObject({ ok: true });
  expect(await world.check({ tenant: 'other' })).toMatchObject({ ok: false });
});

test('it holds at any moment while readings come in', async () => {
  await world.register('demo', 'M1', 'M2');
  const enough = new AbortController();
  const publishing = (async () => {
    for (let index = 0; !enough.signal.aborted; index += 1) {
      const ts = new Date(Date.UTC(2026, 10, 22) + Math.floor(index / 2) * 1000).toISOString();
      // oxlint-disable-next-line no-await-in-loop -- each is a transaction of its own
      await Promise.all([
        world.publish({
          topic: topicOf('M1'),
          payload: sample({ voltage_l1: index % 3, nonsense: 1 }, ts),
          receivedAt: HOUR_8,
        }),
        world.publish({ topic: topicOf('no'), payload: sample({ x: 1 }), receivedAt: HOUR_8 }),
      ]);
    }
  })();
  const received: number[] = [];
  try {
    while (received.length < 30) {
      // oxlint-disable-next-line no-await-in-loop
      const check = await world.check();
      expect(check.violations).toEqual([]);
      // What was summed first and what was counted later is of one moment.
      expect(check.checked).toMatchObject({
        readings: check.totals['stored'],
        conflicts: check.totals['conflicting'],
      });
      received.push(check.totals['received'] ?? 0);
    }
  } finally {
    enough.abort();
    await publishing;
  }
  // Readings came in while it looked.
  expect(new Set(received).size).toBeGreaterThan(5);
});

test('wrong use exits 2 and checks nothing', async () => {
  const uses = [
    ['--from', '2026-11-24', '--to', '2026-11-23'],
    ['--gaps', '--limit', '0'],
    ['--limit', '5'],
    ['M1'],
  ];
  const results = await Promise.all(uses.map((use) => world.program(...use)));
  expect(results.map(({ status, stdout }) => [status, stdout])).toEqual(uses.map(() => [2, '']));
});
