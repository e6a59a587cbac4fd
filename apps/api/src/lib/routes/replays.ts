import type { ReplayProgress } from '@verimeter/api-schema';
import {
  type Replay,
  findReplay,
  wishReplay,
  withTenant,
  withdrawReplay,
} from '@verimeter/registry';
import { delay } from '@verimeter/service-runtime';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { mountOperation, mountTenantOperation } from '../mount-operation.ts';
import { ProblemError, notFound } from '../problem-error.ts';

const SHORTEST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 200;

function progressOf(replay: Replay): ReplayProgress {
  const { id, entries, replayed, finished } = replay;
  const { received, stored, duplicate, conflicting, rejected } = replay;
  return { id, entries, replayed, received, stored, duplicate, conflicting, rejected, finished };
}

export function registerReplayRoutes(app: FastifyInstance, context: ApiContext): void {
  mountOperation(app, context, 'replayQuarantined', async ({ params, principal }) => {
    const { tenant } = principal;
    const id = await withTenant(context.appPool, tenant, async (client) => {
      const { rows } = await client.query<{ is_line: boolean; kept: boolean }>(
        `SELECT source = 'import' AND NOT starts_with(topic, 'verimeter/v1/') AS is_line, payload IS NOT NULL AS kept
           FROM quarantine WHERE id = $1`,
        [params.id],
      );
      const [entry] = rows;
      if (entry === undefined) throw notFound('quarantine entry', params.id);
      if (entry.is_line)
        throw new ProblemError(
          'conflict',
          'This is a line of an imported file: correct it there and import it again.',
        );
      if (!entry.kept)
        throw new ProblemError(
          'conflict',
          'Only size and hash were kept of this message, which was larger than 64 KiB: it can only be sent again.',
        );
      return wishReplay(client, tenant, { entryId: params.id });
    });
    const done = await fulfilled(context, tenant, id);
    return withTenant(context.appPool, tenant, async (client) => {
      const { rows } = await client.query<{ status: 'open' | 'replayed' | 'dismissed' }>(
        'SELECT status FROM quarantine WHERE id = $1',
        [params.id],
      );
      const { received, stored, duplicate, conflicting, rejected } = done;
      const status = rows[0]?.status;
      if (status === undefined) throw notFound('quarantine entry', params.id);
      return { received, stored, duplicate, conflicting, rejected, status };
    });
  });

  mountTenantOperation(app, context, 'replayQuarantine', async (client, { body, principal }) => {
    const { reason, field, device_id: deviceId } = body;
    const id = await wishReplay(client, principal.tenant, { reason, field, deviceId });
    const replay = await findReplay(client, id);
    if (replay === undefined) throw new Error('a row is seen by the transaction that wrote it');
    return progressOf(replay);
  });

  mountTenantOperation(app, context, 'getReplay', async (client, { params }) => {
    const replay = await findReplay(client, params.id);
    if (replay === undefined) throw notFound('replay', params.id);
    return progressOf(replay);
  });
}

/** The replay once a worker has done it. @throws {ProblemError} not_ready: none did, and the wish is taken back */
async function fulfilled(context: ApiContext, tenant: string, id: number): Promise<Replay> {
  const look = (): Promise<Replay | undefined> =>
    withTenant(context.appPool, tenant, (client) => findReplay(client, id));
  const deadline = performance.now() + context.replayMs;
  for (let wait = SHORTEST_LOOK_MS; performance.now() < deadline;) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await delay(wait);
    // oxlint-disable-next-line no-await-in-loop
    const replay = await look();
    if (replay?.finished === true) return replay;
    wait = Math.min(LONGEST_LOOK_MS, wait * 1.5);
  }
  const isGone = await withTenant(context.appPool, tenant, (client) => withdrawReplay(client, id));
  const replay = isGone ? undefined : await look();
  if (replay !== undefined) return replay;
  throw new ProblemError(
    'not_ready',
    `No ingest worker has done the replay within ${context.replayMs / 1000} s; the entry is as it was. See that "verimeter ingest" runs, and try again.`,
    { headers: { 'retry-after': '10' } },
  );
}
