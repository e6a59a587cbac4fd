import { findMosquitto } from '@verimeter/test-support';
import { describe, expect, test } from 'vitest';
import { runShort } from './chaos/scenarios.ts';
import { hasPostgres15 } from './support/system-postgres.ts';

const canRun = findMosquitto() !== undefined && hasPostgres15;
if (!canRun) process.stdout.write('Mosquitto or PostgreSQL 15 not found: chaos tests skipped\n');

/** Each is given more than it needs: a busy machine makes them slower, not wrong. */
const PATIENCE_MS = 240_000;

test.skipIf(!canRun)(
  'payloads of all dialects, changed at random, are taken and accounted for',
  async () => expect((await runShort('payloads')).faults).toEqual([]),
  PATIENCE_MS,
);

describe.skipIf(!canRun)('nothing acknowledged is lost and nothing is stored twice', () => {
  test(
    'when worker, database, or both are killed',
    async () => expect((await runShort('kills')).faults).toEqual([]),
    PATIENCE_MS,
  );

  test(
    'and with acknowledgements on receipt the same comparison finds losses',
    async () => expect((await runShort('early-ack')).faults).toEqual([]),
    PATIENCE_MS,
  );

  test(
    'by the worker, when Mosquitto is killed with the shipped configuration',
    async () => expect((await runShort('broker')).faults).toEqual([]),
    PATIENCE_MS,
  );

  test(
    'when verimeter up is killed, with its database or without',
    async () => expect((await runShort('up')).faults).toEqual([]),
    PATIENCE_MS,
  );

  test(
    'when the network to broker or database is cut, with a reset or in silence',
    async () => expect((await runShort('network')).faults).toEqual([]),
    PATIENCE_MS,
  );

  test(
    'when it is not known whether a COMMIT was carried out',
    async () => expect((await runShort('commit')).faults).toEqual([]),
    PATIENCE_MS,
  );

  test(
    'when the disk of the database runs full',
    async ({ skip }) => {
      const { faults, notRun } = await runShort('disk');
      skip(notRun !== undefined, notRun);
      expect(faults).toEqual([]);
    },
    PATIENCE_MS,
  );

  test(
    'when QuestDB and the database are killed in turn',
    async ({ skip }) => {
      const { faults, notRun } = await runShort('questdb');
      skip(notRun !== undefined, notRun);
      expect(faults).toEqual([]);
    },
    PATIENCE_MS,
  );
});
