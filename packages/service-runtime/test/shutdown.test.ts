import { expect, test } from 'vitest';
import { createLogger, createShutdown, runUntilSignal } from '../src/index.ts';

const log = createLogger('test', 'silent');

test('resources are released in reverse order, once, and a failing one does not keep the rest', async () => {
  const released: string[] = [];
  const shutdown = createShutdown(log);
  shutdown.defer('database', () => void released.push('database'));
  shutdown.defer('broker', () => Promise.reject(new Error('gone')));
  shutdown.defer('http', () => void released.push('http'));
  const [first, second] = await Promise.all([shutdown.stop('test'), shutdown.stop('again')]);
  expect(released).toEqual(['http', 'database']);
  expect(first).toEqual({ clean: false });
  expect(second).toBe(first);
  expect(shutdown.signal.aborted).toBe(true);
});

test('a resource that never stops does not keep the process beyond the deadline', async () => {
  const shutdown = createShutdown(log, 20);
  shutdown.defer('stuck', () => new Promise(() => undefined));
  expect(await shutdown.stop('test')).toEqual({ clean: false });
});

test('SIGTERM releases everything and the exit code is 0', async () => {
  const shutdown = createShutdown(log);
  let released = false;
  shutdown.defer('thing', () => {
    released = true;
  });
  const code = runUntilSignal(shutdown);
  process.emit('SIGTERM', 'SIGTERM');
  expect(await code).toBe(0);
  expect(released).toBe(true);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(name);
});
