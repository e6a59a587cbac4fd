import type { StoreSize } from '@verimeter/reading-store';
import pg from 'pg';
import { type Layout, readLayout } from '../layout.ts';
import { type Extension, readExtension } from './extension.ts';
import { OLD } from './move/move-tables.ts';
import { hypertableSize } from './upkeep.ts';

/** What `verimeter store status` tells. */
export interface StoreStatus {
  readonly layout: Layout;
  readonly extension: Extension;
  readonly size: StoreSize | undefined;
  /** Of a hypertable. */
  readonly chunks: { readonly all: number; readonly compressed: number } | undefined;
  /** Last run of the job that compresses; undefined where there is none or it has not run. */
  readonly job:
    | {
        readonly status: string;
        /** Last run that the scheduler holds for a success. */
        readonly finishedAt: string | null;
        /** What the scheduler noted of the last run that failed. */
        readonly error: string | null;
      }
    | undefined;
  /** A move that is not finished: how many of the partitions are copied. */
  readonly move: { readonly copied: number; readonly partitions: number } | undefined;
  /** Bytes of a plain table that was kept after a move. */
  readonly keptBytes: number | undefined;
  /** What the login may not read: those are left undefined above. */
  readonly unread: readonly ('settings' | 'size' | 'chunks' | 'job' | 'move' | 'kept')[];
}

type Part = StoreStatus['unread'][number];

const PLAIN_SIZE = `
  SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::int8::text AS readings,
         coalesce(sum(pg_total_relation_size(c.oid)), 0)::text AS bytes,
         (extract(epoch FROM min(m.bounds[1]::timestamptz) FILTER (WHERE c.reltuples > 0)) * 1000000)::int8::text AS first,
         (extract(epoch FROM max(m.bounds[2]::timestamptz) FILTER (WHERE c.reltuples > 0)) * 1000000)::int8::text AS last
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''(.*)''\\) TO \\(''(.*)''\\)') m (bounds)
   WHERE i.inhparent = to_regclass('public.readings')`;

const number = (text: string | null | undefined): number | null =>
  text == null ? null : Number(text);

async function plainSize(pool: pg.Pool): Promise<StoreSize> {
  const { rows } =
    await pool.query<Record<'readings' | 'bytes' | 'first' | 'last', string | null>>(PLAIN_SIZE);
  return {
    readings: number(rows[0]?.readings) ?? 0,
    bytes: number(rows[0]?.bytes) ?? 0,
    compressedBytes: 0,
    fromUs: number(rows[0]?.first),
    untilUs: number(rows[0]?.last),
  };
}

const CHUNKS = `
  SELECT count(*)::int AS all, count(*) FILTER (WHERE is_compressed)::int AS compressed
    FROM timescaledb_information.chunks WHERE hypertable_schema = 'public' AND hypertable_name = 'readings'`;

const JOB = `
  SELECT s.last_run_status AS status, CASE WHEN isfinite(s.last_successful_finish) THEN s.last_successful_finish::text END AS finished,
         (SELECT e.err_message FROM timescaledb_information.job_errors e
           WHERE e.job_id = j.job_id ORDER BY e.start_time DESC LIMIT 1) AS error
    FROM timescaledb_information.jobs j JOIN timescaledb_information.job_stats s USING (job_id)
   WHERE j.proc_schema = 'public' AND j.proc_name = 'compress_reading_chunks' AND s.last_run_status IS NOT NULL LIMIT 1`;

const MOVE = `
  SELECT count(*) FILTER (WHERE readings IS NOT NULL)::int AS copied, count(*)::int AS partitions FROM reading_move_parts`;

async function found(pool: pg.Pool, table: string): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [`public.${table}`],
  );
  return rows[0]?.found === true;
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** What the login may not read is left out and named. */
export async function readStoreStatus(connectionString: string): Promise<StoreStatus> {
  const pool = new pg.Pool({ connectionString, max: 1, application_name: 'verimeter-store' });
  pool.on('error', () => undefined); // a connection that breaks fails the running query
  try {
    return await read(pool);
  } finally {
    await pool.end();
  }
}

async function read(pool: pg.Pool): Promise<StoreStatus> {
  const layout = await readLayout(pool);
  const extension = await readExtension(pool);
  const unread: Part[] = extension.preloadUnknown ? ['settings'] : [];
  const isHypertable = layout === 'hypertable';

  async function part<T>(name: Part, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE)
        throw error;
      unread.push(name);
      return undefined;
    }
  }
  const one = async <T extends object>(sql: string): Promise<T | undefined> =>
    (await pool.query<T>(sql)).rows[0];

  const size = await part('size', () => (isHypertable ? hypertableSize(pool) : plainSize(pool)));
  const chunks = isHypertable
    ? await part('chunks', () => one<{ all: number; compressed: number }>(CHUNKS))
    : undefined;
  const job = isHypertable
    ? await part('job', () =>
        one<{ status: string; finished: string | null; error: string | null }>(JOB),
      )
    : undefined;
  const move = (await found(pool, 'reading_move_parts'))
    ? await part('move', () => one<{ copied: number; partitions: number }>(MOVE))
    : undefined;
  const kept = (await found(pool, OLD))
    ? await part('kept', () =>
        one<{ bytes: string }>(
          `SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::text AS bytes FROM pg_inherits WHERE inhparent = 'public.${OLD}'::regclass`,
        ),
      )
    : undefined;
  return {
    layout,
    extension,
    size,
    chunks,
    job: job && { status: job.status, finishedAt: job.finished, error: job.error },
    move,
    keptBytes: kept && Number(kept.bytes),
    unread,
  };
}
