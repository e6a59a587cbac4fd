import { createLogger } from '@verimeter/service-runtime';
import { expect, test } from 'vitest';
import {
  type LiveReader,
  type LiveRow,
  type LiveSource,
  createLiveHub,
} from '../src/lib/live-hub.ts';

const log = createLogger('hub-test', 'silent');

function row(id: number, deviceId = 'm1'): LiveRow {
  return { id, events: [{ name: 'reading', deviceId, frame: `${id};` }] };
}

/** A table of rows in memory that counts how often it is read. */
function createTable(): LiveSource & { rows: LiveRow[]; queries: number; failures: number } {
  return {
    rows: [],
    queries: 0,
    failures: 0,
    async rowsAfter(_tenant, id, limit) {
      this.queries += 1;
      if (this.failures > 0) {
        this.failures -= 1;
        throw new Error('database away');
      }
      return this.rows.filter((candidate) => candidate.id > id).slice(0, limit);
    },
    async lastId() {
      return this.rows.at(-1)?.id ?? 0;
    },
  };
}

interface TestReader extends LiveReader {
  text: string;
  /** While false, everything sent fills the buffer. */
  reading: boolean;
  ended: boolean;
  resume(): void;
}

function createReader(): TestReader {
  let waiting: (() => void)[] = [];
  return {
    tenant: 'a',
    text: '',
    reading: true,
    ended: false,
    wants: () => true,
    send(text) {
      this.text += text;
      return this.reading;
    },
    drained() {
      return this.reading ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
    end() {
      this.ended = true;
    },
    resume() {
      this.reading = true;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}

const sequence = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n};`).join('');

test('readers at different places all get every later row once, in order', async () => {
  const table = createTable();
  const hub = createLiveHub(table, log);
  table.rows = Array.from({ length: 70 }, (_, n) => row(n + 1));
  const starts = [0, 10, 69, 70];
  const readers = starts.map((after) => {
    const reader = createReader();
    hub.add(reader, { after });
    return reader;
  });
  for (let id = 71; id <= 120; id += 1) {
    table.rows.push(row(id));
    hub.wake();
  }
  await expect
    .poll(() => readers.map((reader) => reader.text.endsWith('120;')))
    .not.toContain(false);
  expect(readers.map((reader) => reader.text)).toEqual(
    starts.map((after) => sequence(after + 1, 120)),
  );
  await hub.close();
  expect(readers.every((reader) => reader.ended)).toBe(true);
});

test('rows are read once for all readers', async () => {
  const table = createTable();
  const hub = createLiveHub(table, log);
  const readers = Array.from({ length: 100 }, createReader);
  for (const reader of readers) hub.add(reader, { after: 0 });
  await expect.poll(() => hub.readers).toBe(100);
  const before = table.queries;
  table.rows.push(row(1));
  hub.wake();
  await expect.poll(() => readers.every((reader) => reader.text === '1;')).toBe(true);
  expect(table.queries - before).toBeLessThanOrEqual(3);
  await hub.close();
});

test('a slow reader holds nobody up, buffers nothing more, and misses nothing', async () => {
  const table = createTable();
  const hub = createLiveHub(table, log);
  const slow = createReader();
  const quick = createReader();
  hub.add(slow, { after: 0 });
  hub.add(quick, { after: 0 });
  slow.reading = false;
  for (let id = 1; id <= 200; id += 1) {
    table.rows.push(row(id));
    hub.wake();
  }
  await expect.poll(() => quick.text).toBe(sequence(1, 200));
  // What it was given before it said stop, and no more.
  expect(slow.text).toBe('1;');
  slow.resume();
  await expect.poll(() => slow.text).toBe(sequence(1, 200));
  table.rows.push(row(201));
  hub.wake();
  await expect
    .poll(() => [slow.text, quick.text].map((text) => text.endsWith('200;201;')))
    .toEqual([true, true]);
  await hub.close();
});

test('a row that was partly delivered is continued', async () => {
  const table = createTable();
  const hub = createLiveHub(table, log);
  const events = [1, 2, 3, 4].map((n) => ({
    name: 'reading' as const,
    deviceId: 'm1',
    frame: `7.${n};`,
  }));
  table.rows.push({ id: 7, events }, row(8));
  const reader = createReader();
  hub.add(reader, { after: 6, partial: { row: 7, events: 2 } });
  await expect.poll(() => reader.text).toBe('7.3;7.4;8;');
  await hub.close();
});

test('a database that is away for a while costs time, not events', async () => {
  const table = createTable();
  const hub = createLiveHub(table, log);
  const reader = createReader();
  hub.add(reader, { after: 0 });
  table.failures = 2;
  table.rows.push(row(1));
  hub.wake();
  await expect.poll(() => reader.text, { timeout: 5000 }).toBe('1;');
  await hub.close();
});

test('a removed reader gets nothing more', async () => {
  const table = createTable();
  const hub = createLiveHub(table, log);
  const gone = createReader();
  const stays = createReader();
  hub.add(gone, { after: 0 });
  hub.add(stays, { after: 0 });
  hub.remove(gone);
  table.rows.push(row(1));
  hub.wake();
  await expect.poll(() => stays.text).toBe('1;');
  expect(gone.text).toBe('');
  expect(hub.readers).toBe(1);
  await hub.close();
});
