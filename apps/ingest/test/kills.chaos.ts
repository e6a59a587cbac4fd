import { findMosquitto } from '@verimeter/test-support';
import { describe, expect, test } from 'vitest';
import { LEAST_UNACKNOWLEDGED, runChaos } from './chaos/run-chaos.ts';
import { hasPostgres15 } from './support/system-postgres.ts';

const hasParts = findMosquitto() !== undefined && hasPostgres15;
if (!hasParts) process.stdout.write('Mosquitto or PostgreSQL 15 not found: nothing is killed\n');

describe.skipIf(!hasParts)('worker and database are killed, one at a time and both', () => {
  test('nothing is lost, nothing is stored twice, the account holds', async () => {
    const result = await runChaos({ messages: 60_000, kills: 12, seed: 1 });
    expect(result.settings).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
    });
    expect(result.kills.map(({ target }) => target).toSorted()).toEqual([
      ...Array.from({ length: 2 }, () => 'both'),
      ...Array.from({ length: 5 }, () => 'database'),
      ...Array.from({ length: 5 }, () => 'worker'),
    ]);
    for (const { target, unacknowledged, redelivered, retried } of result.kills) {
      expect(unacknowledged).toBeGreaterThanOrEqual(LEAST_UNACKNOWLEDGED);
      // A worker that lives tries again; what a dead one had in hand comes again.
      expect(target === 'database' ? retried : redelivered).toBeGreaterThan(0);
    }
    expect(result.sent).toBeGreaterThanOrEqual(60_000);
    expect(result.acknowledged).toBe(result.sent);
    expect(result).toMatchObject({
      missing: 0,
      unknown: 0,
      twice: 0,
      conflicts: 0,
      ledger: { stored: result.readings, open: 0 },
    });
  }, 240_000);

  test('with acknowledgements on receipt the same comparison finds losses', async () => {
    const result = await runChaos({ messages: 20_000, kills: 4, seed: 2, ackBeforeCommit: true });
    expect(result.sent).toBeGreaterThanOrEqual(20_000);
    expect(result.acknowledged).toBe(result.sent);
    expect(result.missing).toBeGreaterThan(0);
  }, 240_000);
});
