import type { ClientBase } from 'pg';

/**
 * How `readings` is kept. `plain`: partitions by month with the value as it was sent. `hypertable`: chunks of TimescaleDB with the value
 * in integer quanta (docs/decisions/0110).
 */
export type Layout = 'plain' | 'hypertable';

/** Which layout the database has. It changes once in the life of a database, while this process may be running. */
export interface LayoutWatch {
  /** Undefined before the first look, and after something failed. */
  readonly known: Layout | undefined;
  current(client: Pick<ClientBase, 'query'>): Promise<Layout>;
  forget(): void;
}

/** Only a hypertable has the column: nothing else makes it, and the switch is one transaction. */
const LOOK = `
  SELECT EXISTS (SELECT FROM pg_attribute
                  WHERE attrelid = 'public.readings'::regclass AND attname = 'quanta') AS quanta`;

export async function readLayout(client: Pick<ClientBase, 'query'>): Promise<Layout> {
  const { rows } = await client.query<{ quanta: boolean }>(LOOK);
  return rows[0]?.quanta === true ? 'hypertable' : 'plain';
}

export function createLayoutWatch(): LayoutWatch {
  let known: Layout | undefined;
  return {
    get known() {
      return known;
    },
    async current(client) {
      known ??= await readLayout(client);
      return known;
    },
    forget() {
      known = undefined;
    },
  };
}
