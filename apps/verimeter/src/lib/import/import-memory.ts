import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Pool, Queryable } from '@verimeter/registry';

/** How far a file was imported: what became of its first `rows` rows. */
export interface ImportPosition {
  readonly rows: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly conflicting: number;
  readonly rejected: number;
  /** Numbers of batches among these rows of which it is not known yet what became of them: they are not counted. */
  readonly batches: readonly number[];
}

/** What became of some rows. */
export type RowCounts = Pick<ImportPosition, 'stored' | 'duplicate' | 'conflicting'>;

/** A file that was cut off cannot be gone on with: it has to be imported from its start. */
export class ResumeError extends Error {
  readonly code = 'resume';
}

/** Remembers in the database, batch by batch, how far a file has come: an import that was cut off goes on there. */
export interface ImportMemory {
  /** Where a run before this one was cut off. */
  readonly from: ImportPosition | undefined;
  /** In the transaction of a batch: where the file has come to, and what became of the rows of the batch, or its number. */
  remember(
    client: Queryable,
    reached: { readonly rows: number; readonly rejected: number },
    batch: RowCounts | number,
  ): Promise<void>;
  /** In the transaction that takes the answer of the store: what became of the rows of a batch that was remembered by its number. */
  settle(client: Queryable, batch: number, counts: RowCounts): Promise<void>;
  /** The file is done: imported once more, it is looked at from its start. */
  forget(): Promise<void>;
}

const EDGE_BYTES = 256 * 1024;

/** A name of the file as it is now; another one after any change. Not its content as a whole: that may be many gigabytes. */
export async function fileIdentity(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { size, mtimeNs } = await handle.stat({ bigint: true });
    const hash = createHash('sha256').update(`${size} ${mtimeNs}\n`);
    const edge = Buffer.alloc(EDGE_BYTES);
    for (const at of [0, Math.max(0, Number(size) - EDGE_BYTES)]) {
      // oxlint-disable-next-line no-await-in-loop -- one buffer
      const { bytesRead } = await handle.read(edge, 0, EDGE_BYTES, at);
      hash.update(edge.subarray(0, bytesRead));
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

const REMEMBER = `
  INSERT INTO import_positions AS p (tenant, file, rows, rejected, stored, duplicate, conflicting, batches)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (tenant, file) DO UPDATE
    SET rows = excluded.rows, rejected = excluded.rejected, stored = p.stored + excluded.stored,
        duplicate = p.duplicate + excluded.duplicate, conflicting = p.conflicting + excluded.conflicting,
        batches = p.batches || excluded.batches, reached_at = now()`;

const SETTLE = `
  UPDATE import_positions
     SET batches = array_remove(batches, $3::int8), stored = stored + $4, duplicate = duplicate + $5, conflicting = conflicting + $6
   WHERE tenant = $1 AND file = $2`;

const NOTHING: RowCounts = { stored: 0, duplicate: 0, conflicting: 0 };

/** What is remembered of a file; `anew`: nothing. What nobody came back to for a month is forgotten. */
export async function recallImport(
  pool: Pool,
  tenant: string,
  file: string,
  anew: boolean,
): Promise<ImportMemory> {
  await pool.query(
    `DELETE FROM import_positions WHERE reached_at < now() - interval '30 days' OR ($3 AND tenant = $1 AND file = $2)`,
    [tenant, file, anew],
  );
  const { rows } = await pool.query<ImportPosition>(
    'SELECT rows, stored, duplicate, conflicting, rejected, batches::float8[] AS batches FROM import_positions WHERE tenant = $1 AND file = $2',
    [tenant, file],
  );
  return {
    from: rows[0],
    async remember(client, reached, batch) {
      const isPending = typeof batch === 'number';
      const { stored, duplicate, conflicting } = isPending ? NOTHING : batch;
      const counts = [stored, duplicate, conflicting];
      const values = [reached.rows, reached.rejected, ...counts, isPending ? [batch] : []];
      await client.query(REMEMBER, [tenant, file, ...values]);
    },
    async settle(client, batch, { stored, duplicate, conflicting }) {
      await client.query(SETTLE, [tenant, file, batch, stored, duplicate, conflicting]);
    },
    async forget() {
      await pool.query('DELETE FROM import_positions WHERE tenant = $1 AND file = $2', [
        tenant,
        file,
      ]);
    },
  };
}
