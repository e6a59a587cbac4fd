import { findMosquitto } from '@verimeter/test-support';
import { expect, test } from 'vitest';
import { runShort } from './chaos/scenarios.ts';
import { hasPostgres15 } from './support/system-postgres.ts';

// A file of its own, which runs beside the others: for a minute nothing happens here but that messages come.
const canRun = findMosquitto() !== undefined && hasPostgres15;
if (!canRun) process.stdout.write('Mosquitto or PostgreSQL 15 not found: stall skipped\n');

test.skipIf(!canRun)(
  'a database that stands still for a minute under 5,000 messages/s: bounded memory, nothing lost, nothing twice',
  async () => expect((await runShort('stall')).faults).toEqual([]),
  360_000,
);
