import type { Command } from '../command.ts';

/** Commands about the database, and who may use it. */
export const UPKEEP: readonly Command[] = [
  {
    spec: {
      name: 'store',
      positionals: 'status|move timescale|copy|compare',
      summary:
        'how readings are stored; moving them into a hypertable of TimescaleDB, or to and from QuestDB',
      details: [
        'move: copies partition by partition while the services go on, compares both tables, and lets them change places. Cut off at',
        'any moment, the same command goes on. docs/how-to/timescaledb.md says what the server needs.',
        'copy: all readings from one engine into another one while the services go on, compared at the end. Cut off at any moment, or',
        'to bring what came since, the same command goes on. docs/how-to/move-between-stores.md says how to switch.',
        'compare: holds the readings of two engines against each other and changes nothing; status 1 where they differ.',
      ],
      options: [
        {
          name: 'from',
          value: 'postgres|timescale|questdb',
          text: 'copy, compare: where the readings are',
        },
        {
          name: 'to',
          value: 'postgres|timescale|questdb',
          text: 'copy, compare: where they are to be',
        },
        { name: 'keep', text: 'move: the plain table stays, as readings_plain' },
        { name: 'abandon', text: 'move: undo one that is not finished; copy: forget it' },
      ],
    },
    run: async (context) => (await import('../commands/store.ts')).run(context),
  },
  {
    spec: {
      name: 'backup',
      positionals: 'FILE',
      summary: 'the whole database into one file, while everything runs',
      details: [
        'All tenants, of one moment, with checksums. It needs no program of PostgreSQL. FILE is there when it is complete.',
        'It holds all that the database holds, hashes of access keys included: keep it as safe. docs/how-to/backup.md',
      ],
      options: [],
    },
    run: async (context) => (await import('../commands/backup.ts')).run(context),
  },
  {
    spec: {
      name: 'restore',
      positionals: 'FILE',
      summary: 'fills an empty database from a backup',
      details: [
        'Into a new data directory, or an empty database in DATABASE_URL. A backup of an older Verimeter is brought to this schema.',
        'A damaged file, or a database with rows, is refused; a restore that fails or is stopped leaves nothing behind.',
      ],
      options: [],
    },
    run: async (context) => (await import('../commands/restore.ts')).run(context),
  },
  {
    spec: {
      name: 'keys',
      positionals: 'create|list|revoke [ID]',
      summary: 'access keys of a tenant',
      options: [
        { name: 'role', value: 'viewer|operator|admin|device', text: 'of the key to create' },
        { name: 'name', value: 'N', text: 'what the key is for' },
      ],
    },
    run: async (context) => (await import('../commands/keys.ts')).run(context),
  },
];
