import { createServicePool } from '@verimeter/registry';
import { afterEach, expect, test } from 'vitest';
import { createCommitDelay } from './chaos/commit-delay.ts';
import { startTcpProxy } from './chaos/tcp-proxy.ts';
import { createWorld, message } from './support/world.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

test('a connection that goes silent before a COMMIT holds the batch up for a time-out, not for ever', async () => {
  const world = await createWorld();
  const commits = createCommitDelay({ beforeMs: () => 0, afterMs: () => 0 });
  const address = new URL(world.url);
  const proxy = await startTcpProxy(Number(address.port), commits.inspect);
  address.port = String(proxy.port);
  // The time-outs of the service, sooner.
  address.search = 'statement_timeout=1000&query_timeout=1500';
  const pool = createServicePool(address.href, {
    applicationName: 'silence',
    max: 4,
    idleInTransactionMs: 1000,
  });
  closers.push(
    () => proxy.close(),
    () => pool.end(),
    () => world.close(),
  );
  const cut = commits.trap('asked', async () => {
    proxy.cut('silence');
    proxy.heal();
  });
  const pipeline = world.pipeline({ pool: () => pool });
  // Its transaction stays open on the server, with the mark of the batch, which the next attempt waits for.
  const accepted = pipeline.accept(
    message('verimeter/v1/demo/M1/readings', { values: { noise: 1 } }),
  );
  await cut;
  await accepted;
  expect(await world.ledger()).toMatchObject({ received: 1, stored: 1, duplicate: 0, open: 0 });
}, 20_000);
