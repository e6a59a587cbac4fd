import type { ClientBase } from 'pg';

/** TimescaleDB on a server and in a database. */
export interface Extension {
  /** Version in this database. */
  readonly installed: string | undefined;
  /** Version that the server could install. */
  readonly available: string | undefined;
  /** What stands in the way of a hypertable with a columnstore, and how it is mended; undefined: nothing. */
  readonly missing: string | undefined;
  /** Not in this database, and the login may not see whether the server loads it. */
  readonly preloadUnknown: boolean;
}

/** Of settings that a login may not see `pg_settings` has no row, where `current_setting` fails. */
const LOOK = `
  SELECT e.installed_version AS installed, e.default_version AS available,
         (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries') AS preloaded,
         current_setting('timescaledb.license', true) AS license,
         current_setting('server_version') AS server
    FROM (SELECT 1) one LEFT JOIN pg_available_extensions e ON e.name = 'timescaledb'`;

interface Row {
  readonly installed: string | null;
  readonly available: string | null;
  /** Null where the login may not see it. */
  readonly preloaded: string | null;
  /** Null before the extension is loaded. */
  readonly license: string | null;
  readonly server: string;
}

/** `timescaledb.sparse_index`, which the layout uses, came with this version. */
const OLDEST = [2, 22] as const;

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function obstacle({ installed, available, preloaded, license, server }: Row): string | undefined {
  if (available === null)
    return `the server (PostgreSQL ${server}) has no TimescaleDB: install its package on the database server, or stay on plain PostgreSQL (READING_STORE=auto)`;
  if (installed === null && preloaded !== null && !/\btimescaledb\b/.test(preloaded))
    return (
      'TimescaleDB is installed and not loaded: add timescaledb to shared_preload_libraries in postgresql.conf ' +
      'and restart the server'
    );
  const version = installed ?? available;
  if (isOlder(version))
    return `TimescaleDB ${version} is older than ${OLDEST.join('.')}: update it, and run: ALTER EXTENSION timescaledb UPDATE`;
  if (license === 'apache')
    return (
      'the columnstore belongs to the community features of TimescaleDB, which timescaledb.license = apache switches off: ' +
      'set it to timescale, or use plain PostgreSQL'
    );
  return undefined;
}

export async function readExtension(client: Pick<ClientBase, 'query'>): Promise<Extension> {
  const { rows } = await client.query<Row>(LOOK);
  const [row] = rows;
  if (row === undefined) throw new Error('a select without a table gave no row');
  return {
    installed: row.installed ?? undefined,
    available: row.available ?? undefined,
    missing: obstacle(row),
    preloadUnknown: row.available !== null && row.installed === null && row.preloaded === null,
  };
}
