import { expect, test } from 'vitest';
import { startRounds } from '../src/index.ts';

test('a round that fails is told, the next one comes, and stopping waits for the one under way', async () => {
  const failures: unknown[] = [];
  const done: number[] = [];
  const third = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const rounds = startRounds({
    everyMs: 1,
    begin: 'at once',
    async round(number) {
      if (number === 0) throw new Error('first');
      if (number === 2) {
        third.resolve();
        await finish.promise;
      }
      done.push(number);
    },
    onFailure: (error) => failures.push(error),
  });
  await third.promise;
  const stopped = rounds.stop();
  finish.resolve();
  await stopped;
  expect(failures).toEqual([new Error('first')]);
  expect(done).toEqual([1, 2]);
});

test('stopped in its first pause it does nothing', async () => {
  let rounds = 0;
  const running = startRounds({
    everyMs: 60_000,
    begin: 'after a pause',
    round: async () => {
      rounds += 1;
    },
    onFailure: () => undefined,
  });
  await running.stop();
  expect(rounds).toBe(0);
});
