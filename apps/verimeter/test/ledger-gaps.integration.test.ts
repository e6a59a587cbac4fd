import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOUR_8, profile, sample, topicOf } from './ledger-scenario.ts';
import { type LedgerWorld, createLedgerWorld } from './ledger-world.ts';

let world: LedgerWorld;
beforeEach(async () => {
  world = await createLedgerWorld();
  await world.register('demo', 'G1', 'G2', 'G3', 'G4', 'G5');
  await publishSteps('G1', 40, [10, 20, 21, 22, 30, 31]);
  await publishSteps('G2', 40, []);
  // Nine readings are too few to tell how often it sends.
  await publishSteps('G3', 12, [5, 6, 7]);
  await publishSteps('G4', 13, [5, 6, 7]);
  // Half as late again is late, a second later is missing.
  for (const [index, offset] of [0, 60, 120, 180, 240, 300, 390, 450, 510, 601, 661].entries())
    // oxlint-disable-next-line no-await-in-loop
    await world.publish({
      topic: topicOf('G5'),
      payload: sample(
        { voltage_l1: index },
        new Date(Date.UTC(2026, 10, 22) + offset * 1000).toISOString(),
      ),
      receivedAt: HOUR_8,
    });
});
afterEach(() => world.close());

/** A register every quarter of an hour from midnight on, without the given steps. */
async function publishSteps(
  device: string,
  steps: number,
  without: readonly number[],
): Promise<void> {
  const values = Array.from({ length: steps }, (_, step) => (without.includes(step) ? null : step));
  await world.publish({
    topic: topicOf(device),
    payload: profile('2026-11-22T00:00:00Z', values),
    receivedAt: HOUR_8,
  });
}

const at = (step: number): string =>
  new Date(Date.UTC(2026, 10, 22) + step * 900_000).toISOString();
const gap = (device: string, before: number, after: number) => ({
  device_id: device,
  quantity: 'active_energy_import',
  from: at(before),
  to: at(after),
  missing: after - before - 1,
  spacing_s: 900,
});

test('gaps are listed by channel, the longest first, with what is missing', async () => {
  const checked = await world.run('--gaps');
  expect(checked.gaps).toEqual([
    gap('G1', 19, 23),
    gap('G1', 29, 32),
    gap('G1', 9, 11),
    gap('G4', 4, 8),
    {
      device_id: 'G5',
      quantity: 'voltage_l1',
      from: '2026-11-22T00:08:30.000Z',
      to: '2026-11-22T00:10:01.000Z',
      missing: 1,
      spacing_s: 60,
    },
  ]);
  // Gaps are no violations: nobody sent what is missing.
  expect(checked).toMatchObject({
    status: 0,
    ok: true,
    gaps_left_out: 0,
    checked: { channels: 4 },
  });
});

test('gaps are limited to those with the most missing, and the rest is counted', async () => {
  const checked = await world.check({ gapLimit: 3 });
  expect(checked.gaps).toEqual([gap('G1', 19, 23), gap('G1', 29, 32), gap('G4', 4, 8)]);
  expect(checked.gaps_left_out).toBe(2);
  const { stdout } = await world.program('--gaps', '--limit', '1');
  expect(stdout).toContain(
    '\ngaps: 5 with 10 readings missing, in 4 channels with enough readings to tell\n' +
      `G1 active_energy_import: ${at(19)} to ${at(23)}, 3 missing at one in 900 s\nand 4 more; --limit N lists more\n`,
  );
});

test('gaps are those between readings whose own time is in the period', async () => {
  const checked = await world.check({ gapLimit: 100, from: at(4), to: at(24) });
  expect(checked.gaps).toEqual([gap('G1', 19, 23), gap('G1', 9, 11)]);
});

test('no gap lies behind a clock that is ahead', async () => {
  const soon = new Date(Date.now() + 20 * 3600_000).toISOString();
  await world.publish({
    topic: topicOf('G2'),
    payload: sample({ active_energy_import: 99 }, soon),
    receivedAt: new Date().toISOString(),
  });
  expect(
    (await world.check({ gapLimit: 100 })).gaps.map(({ device_id: device }) => device),
  ).not.toContain('G2');
});
