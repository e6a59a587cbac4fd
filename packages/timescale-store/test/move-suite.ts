import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ReadingBatch } from '@verimeter/reading-store';
import { type TestDatabase, createTestDatabaseAt, transaction } from '@verimeter/test-support';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type MovePhase,
  MoveNotEqualError,
  abandonMoveOf,
  chooseLayout,
  createTimescaleStore,
  moveToHypertable,
  readStoreStatus,
} from '../src/index.ts';
import { registerBatch, registerChannels } from './support.ts';

const PROGRAM = fileURLToPath(new URL('move-process.ts', import.meta.url));
const DAYS = 75;

/** Everything in the order of the key, with the bits of the values and received times as a hypertable keeps them. */
const CONTENT = `
  SELECT channel_id, ts::text, encode(float8send(value), 'hex') AS bits, flags, date_trunc('second', received_at)::text AS received
    FROM stored_readings ORDER BY channel_id, ts`;

const content = async ({ servicePool }: TestDatabase): Promise<unknown[]> =>
  (await servicePool.query({ text: CONTENT, rowMode: 'array' })).rows;

/** Writes batch after batch through one store until told to stop; a batch that fails is tried again, as the pipeline does. */
function startWriter(to: TestDatabase, next: (round: number) => ReadingBatch) {
  const store = createTimescaleStore(to.servicePool);
  const stopping = new AbortController();
  let rounds = 0;
  const failures: string[] = [];
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const batch = next(rounds);
      for (;;) {
        store.prepare(batch);
        try {
          // oxlint-disable-next-line no-await-in-loop
          await transaction(to.servicePool, (client) => store.write(client, batch));
          break;
        } catch (error) {
          if (!(error instanceof pg.DatabaseError)) throw error;
          failures.push(error.code ?? '');
        }
      }
      rounds += 1;
      // oxlint-disable-next-line no-await-in-loop
      await delay(40);
    }
  })();
  return {
    store,
    failures,
    async stop(): Promise<number> {
      stopping.abort();
      await running;
      return rounds;
    },
  };
}

/** Moving a plain table while others write. The server has TimescaleDB. */
export function describeMove(serverUrl: string): void {
  describe('move to a hypertable', { timeout: 180_000 }, () => {
    let database: TestDatabase | undefined;
    afterEach(async () => {
      await database?.drop();
      database = undefined;
    });

    async function filled(): Promise<{
      database: TestDatabase;
      channels: number[];
      startUs: number;
    }> {
      const made = await createTestDatabaseAt(serverUrl);
      database = made;
      const channels = await registerChannels(made, 'moved', 'm', 6);
      const now = Math.floor(Date.now() / 900e3) * 900e6;
      const startUs = now - DAYS * 86_400e6;
      const batch = registerBatch(channels, startUs, DAYS * 96, startUs + 5e6);
      const store = createTimescaleStore(made.servicePool);
      await transaction(made.servicePool, (client) => store.write(client, batch));
      return { database: made, channels, startUs };
    }

    test('everything is there afterwards, also what was written meanwhile, and the lock was short', async () => {
      const { database: made, channels, startUs } = await filled();
      expect(await chooseLayout(made.url, 'auto')).toMatchObject({ kind: 'postgres' });
      const before = await content(made);
      // New readings, and late ones for gaps between the quarter hours of all months.
      const writer = startWriter(made, (round) =>
        registerBatch(
          channels.slice(0, 3),
          startUs + (1 + (round % 7) * 10) * 86_400e6 + 60e6 + Math.floor(round / 7) * 1e6,
          20,
          Date.now() * 1000,
        ),
      );
      const phases = new Set<MovePhase>();
      const moving = moveToHypertable(made.url, {
        keep: false,
        onProgress: (phase) => phases.add(phase),
      });
      await moving.catch(() => undefined); // told below, when the writer has ended
      await delay(50);
      const rounds = await writer.stop();
      const result = await moving;
      expect(rounds).toBeGreaterThan(5);
      expect(result).toMatchObject({ outcome: 'moved', resumed: false, kept: false });
      expect(result.lockedMs).toBeLessThan(1000);
      expect(result.proofs.length).toBeGreaterThanOrEqual(3);
      expect([...phases]).toEqual(
        expect.arrayContaining(['copy', 'compress', 'catch_up', 'prove']),
      );
      expect(writer.store.kind).toBe('timescale');
      // The one that met the new table, and no other trouble.
      expect(new Set(writer.failures)).toEqual(
        new Set(writer.failures.length === 0 ? [] : ['42703']),
      );
      const after = await content(made);
      expect(after).toHaveLength(before.length + rounds * 3 * 20);
      const keys = new Set(after.map((row) => JSON.stringify(row)));
      expect(before.every((row) => keys.has(JSON.stringify(row)))).toBe(true);
      const status = await readStoreStatus(made.url);
      expect(status).toMatchObject({ layout: 'hypertable', move: undefined, keptBytes: undefined });
      expect(status.chunks?.compressed).toBeGreaterThan(3);
      expect(
        await moveToHypertable(made.url, { keep: false, onProgress: () => undefined }),
      ).toMatchObject({
        outcome: 'already',
      });
    });

    test('killed in each of its steps, it goes on', async () => {
      const { database: made } = await filled();
      const before = await content(made);
      const killed: string[] = [];
      let finished: string | undefined;
      for (const phase of ['copy', 'compress', 'catch_up', 'prove', 'none']) {
        const child = spawn(process.execPath, [PROGRAM, made.url], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exited = once(child, 'exit');
        // oxlint-disable-next-line no-await-in-loop
        for await (const line of createInterface({ input: child.stdout })) {
          if (line === phase && !child.killed && child.kill('SIGKILL')) killed.push(phase);
          if (line.startsWith('{')) finished = line;
        }
        // oxlint-disable-next-line no-await-in-loop
        await exited;
        if (finished !== undefined) break;
        // oxlint-disable-next-line no-await-in-loop
        expect(await content(made)).toEqual(before);
      }
      expect(killed).toEqual(['copy', 'compress', 'catch_up', 'prove']);
      expect(JSON.parse(finished ?? '{}')).toMatchObject({ outcome: 'moved', resumed: true });
      expect(await content(made)).toEqual(before);
    });

    test('a table that is not equal is not switched to; abandoned, everything is as before', async () => {
      const { database: made, channels, startUs } = await filled();
      const admin = new pg.Client({ connectionString: made.url });
      await admin.connect();
      try {
        let spoilt: Promise<unknown> | undefined;
        const move = moveToHypertable(made.url, {
          keep: false,
          onProgress: (phase) => {
            // One unit of the last place of one reading in 43,000.
            if (phase === 'catch_up')
              spoilt ??= admin.query(
                'UPDATE readings_next SET quanta = quanta + 1 WHERE channel_id = $1 AND ts = to_timestamp($2::float8 / 1e6)',
                [channels[0], startUs + 900e6 * (DAYS * 96 - 2)],
              );
          },
        });
        const failure: unknown = await move.catch((error: unknown) => error);
        await spoilt;
        expect(failure).toBeInstanceOf(MoveNotEqualError);
        expect(failure).toMatchObject({
          message: expect.stringMatching(/checksums differ.*--abandon/),
        });
        expect(await readStoreStatus(made.url)).toMatchObject({ layout: 'plain' });
        expect(await abandonMoveOf(made.url)).toBe(true);
        expect(await abandonMoveOf(made.url)).toBe(false);
        expect(await readStoreStatus(made.url)).toMatchObject({ layout: 'plain', move: undefined });
        const kept = await moveToHypertable(made.url, { keep: true, onProgress: () => undefined });
        expect(kept).toMatchObject({ outcome: 'moved', kept: true });
        expect((await readStoreStatus(made.url)).keptBytes).toBeGreaterThan(1e6);
        const again = await moveToHypertable(made.url, {
          keep: false,
          onProgress: () => undefined,
        });
        expect(again).toMatchObject({ outcome: 'already', kept: false });
      } finally {
        await admin.end();
      }
    });
  });
}
