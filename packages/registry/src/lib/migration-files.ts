import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';

export interface Migration {
  /** File name, such as `0001_base.sql`; the order of names is the order of application. */
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

const DIRECTORY = new URL('../../migrations/', import.meta.url);

/** The numbered `.sql` files of a directory (default: this package's) in their order. */
export function readMigrations(directory: URL = DIRECTORY): Migration[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .toSorted()
    .map((name) => {
      const sql = readFileSync(new URL(name, directory), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    });
}
