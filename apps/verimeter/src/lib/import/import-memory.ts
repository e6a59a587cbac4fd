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
}

/** Remembers in the database, batch by batch, how far a file has come: an import that was cut off goes on there. */
export interface ImportMemory {
  /** Where a run before this one was cut off. */
  readonly from: ImportPosition | undefined;
  /** In the transaction of the batch. */
  remember(client: Queryable, position: ImportPosition): Promise<void>;
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
  INSERT INTO import_positions (tenant, file, rows, stored, duplicate, conflicting, rejected) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (tenant, file) DO UPDATE
    SET rows = excluded.rows, stored = excluded.stored, duplicate = excluded.duplicate, conflicting = excluded.conflicting,
        rejected = excluded.rejected, reached_at = now()`;

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
    'SELECT rows, stored, duplicate, conflicting, rejected FROM import_positions WHERE tenant = $1 AND file = $2',
    [tenant, file],
  );
  return {
    from: rows[0],
    async remember(client, { rows: done, stored, duplicate, conflicting, rejected }) {
      await client.query(REMEMBER, [tenant, file, done, stored, duplicate, conflicting, rejected]);
    },
    async forget() {
      await pool.query('DELETE FROM import_positions WHERE tenant = $1 AND file = $2', [
        tenant,
        file,
      ]);
    },
  };
}
