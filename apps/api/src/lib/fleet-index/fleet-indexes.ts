import { setImmediate } from 'node:timers/promises';
import { type Pool, type PoolClient, withTenant } from '@verimeter/registry';
import type { Logger } from '@verimeter/service-runtime';
import { ProblemError } from '../problem-error.ts';
import type { FleetIndex } from './fleet-index.ts';
import { readFleetRows } from './fleet-rows.ts';
import { loadFleet } from './load-fleet.ts';

export interface FleetIndexes {
  /**
   * The fleet of a tenant with all that was committed before the call, or, after a change of very many devices, as it was a few seconds ago.
   * @throws {ProblemError} `not_ready` while a large fleet is being read
   */
  of(tenant: string): Promise<FleetIndex>;
  /** Begins to read the fleet of a tenant that will soon be asked for. */
  prepare(tenant: string): void;
  /** What is in memory. */
  readonly loaded: readonly LoadedFleet[];
  close(): Promise<void>;
}

interface LoadedFleet {
  readonly tenant: string;
  readonly rows: number;
  readonly bytes: number;
  readonly loadSeconds: number;
}

export interface FleetIndexLimits {
  /** A fleet nobody asks for is dropped after this. */
  readonly idleMs: number;
  /** A request waits this long for a fleet that is being read. */
  readonly patienceMs: number;
  /** Of all fleets together; those asked for longest ago are dropped for others. */
  readonly rowsAtMost: number;
}

const DEFAULT_FLEET_INDEX_LIMITS: FleetIndexLimits = {
  idleMs: 30 * 60_000,
  patienceMs: 8000,
  rowsAtMost: 4_000_000,
};

/** Changed devices that a request waits for; more are read beside it. */
const AT_ONCE = 2000;
const SLICE = 1000;
/** Share of the fleet beyond which it is read anew. */
const ANEW = 0.3;
const SEEN_EVERY_MS = 5 * 60_000;
/** The clock of the database, and a transaction that began before it wrote. */
const CLOCKS_APART_MS = 2 * 60_000;

interface Change {
  readonly position: string;
  readonly id: number | null;
  readonly changed_in: string;
  readonly device_ids: string[] | null;
}

// Every transaction before the oldest one of a snapshot has ended, so its rows were seen. The later ones are asked for again,
// but for those rows that are known.
const POSITION = 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position';
const CHANGES = `
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position, c.id, c.changed_in::text, c.device_ids
    FROM (VALUES (1)) one
    LEFT JOIN fleet_changes c ON c.changed_in >= $1::xid8 AND c.id <> ALL ($2::bigint[])`;
// A statistic of the planner would be of all tenants.
const EXPECTED =
  'SELECT (SELECT count(*)::int FROM devices) AS rows, (SELECT zone FROM tenants) AS zone';

/** The fleet of one tenant and how far it follows the database. */
interface Followed {
  index: FleetIndex;
  /** The calendar of the tenant, and the day on which it was read: legal standings are those of a day. */
  days: Intl.DateTimeFormat;
  day: string;
  position: string;
  /** Rows of fleet_changes that are taken over and belong to transactions from the position on. */
  known: { readonly id: number; readonly changedIn: bigint }[];
  seenAtMs: number;
  seenUs: number;
  loadSeconds: number;
  usedAtMs: number;
}

interface Entry {
  readonly loading: Promise<Followed>;
  followed: Followed | undefined;
  usedAtMs: number;
  following: Promise<void> | undefined;
  next: Promise<void> | undefined;
  behind: Promise<void> | undefined;
}

async function takeOver(
  client: PoolClient,
  followed: Followed,
  deviceIds: readonly string[],
): Promise<void> {
  for (let from = 0; from < deviceIds.length; from += SLICE) {
    const some = deviceIds.slice(from, from + SLICE);
    // oxlint-disable-next-line no-await-in-loop -- one slice in memory
    followed.index.replace(some, await readFleetRows(client, some));
  }
}

export function createFleetIndexes(options: {
  readonly appPool: Pool;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly limits?: Partial<FleetIndexLimits> | undefined;
}): FleetIndexes {
  const { appPool, log, nowMs } = options;
  const limits = { ...DEFAULT_FLEET_INDEX_LIMITS, ...options.limits };
  const entries = new Map<string, Entry>();
  const work = new Set<Promise<unknown>>();

  function background(task: Promise<unknown>, what: string, tenant: string): void {
    const running = task
      .catch((error: unknown) => log.warn({ err: error, tenant }, what))
      .finally(() => work.delete(running));
    work.add(running);
  }

  async function load(tenant: string): Promise<Followed> {
    const startedMs = nowMs();
    return withTenant(appPool, tenant, async (client) => {
      // Larger fleets take longer than an answer may.
      await client.query('SET LOCAL statement_timeout = 0');
      const [mark] = (await client.query<{ position: string }>(POSITION)).rows;
      const [expected] = (await client.query<{ rows: number; zone: string | null }>(EXPECTED)).rows;
      const days = new Intl.DateTimeFormat('en-CA', { timeZone: expected?.zone ?? 'UTC' });
      const day = days.format(startedMs);
      const index = await loadFleet(client, expected?.rows ?? 0);
      const now = nowMs();
      const loadSeconds = (now - startedMs) / 1000;
      log.info(
        { tenant, rows: index.table.rows, bytes: index.bytes, seconds: loadSeconds },
        'fleet is in memory',
      );
      return {
        index,
        days,
        day,
        position: mark?.position ?? '0',
        known: [],
        seenAtMs: now,
        seenUs: (startedMs - CLOCKS_APART_MS) * 1000,
        loadSeconds,
        usedAtMs: now,
      };
    });
  }

  function open(tenant: string): Entry {
    const entry: Entry = {
      loading: load(tenant),
      followed: undefined,
      usedAtMs: nowMs(),
      following: undefined,
      next: undefined,
      behind: undefined,
    };
    entries.set(tenant, entry);
    background(
      entry.loading.then(
        (followed) => {
          entry.followed = followed;
          makeRoom(tenant);
        },
        (error: unknown) => {
          if (entries.get(tenant) === entry) entries.delete(tenant);
          throw error;
        },
      ),
      'fleet could not be read into memory',
      tenant,
    );
    return entry;
  }

  function makeRoom(newest: string): void {
    let rows = 0;
    for (const { followed } of entries.values()) rows += followed?.index.table.rows ?? 0;
    for (const [tenant, { followed }] of [...entries].toSorted(
      ([, left], [, right]) => left.usedAtMs - right.usedAtMs,
    )) {
      if (rows <= limits.rowsAtMost) return;
      if (tenant === newest || followed === undefined) continue;
      entries.delete(tenant);
      rows -= followed.index.table.rows;
    }
  }

  const sweep = setInterval(
    () => {
      const now = nowMs();
      for (const [tenant, entry] of entries)
        if (entry.followed !== undefined && now - entry.usedAtMs > limits.idleMs)
          entries.delete(tenant);
    },
    Math.min(60_000, limits.idleMs),
  );
  sweep.unref();

  /** Reads what was committed since the last time. */
  async function follow(tenant: string, entry: Entry, followed: Followed): Promise<void> {
    const anew = await withTenant(appPool, tenant, async (client) => {
      const { rows } = await client.query<Change>(CHANGES, [
        followed.position,
        followed.known.map(({ id }) => id),
      ]);
      const changes = rows.filter((row) => row.id !== null);
      const ids = new Set<string>();
      for (const change of changes) for (const id of change.device_ids ?? []) ids.add(id);
      const isAll = changes.some((change) => change.device_ids === null);
      if (isAll || ids.size > Math.max(AT_ONCE, followed.index.table.rows * ANEW)) return true;
      const advance = (): void => {
        const position = rows[0]?.position ?? followed.position;
        followed.position = position;
        followed.known = [
          ...followed.known,
          ...changes.map(({ id, changed_in }) => ({ id: id ?? 0, changedIn: BigInt(changed_in) })),
        ].filter(({ changedIn }) => changedIn >= BigInt(position));
      };
      if (ids.size <= AT_ONCE) {
        await takeOver(client, followed, [...ids]);
        advance();
        return false;
      }
      entry.behind = withTenant(appPool, tenant, (own) => takeOver(own, followed, [...ids]))
        .then(advance)
        .finally(() => {
          entry.behind = undefined;
        });
      background(entry.behind, 'changes of the fleet could not be read', tenant);
      return false;
    });
    if (anew || followed.days.format(nowMs()) !== followed.day) readAnew(tenant, entry, followed);
  }

  function readAnew(tenant: string, entry: Entry, followed: Followed): void {
    if (entry.behind !== undefined) return;
    entry.behind = load(tenant)
      .then((fresh) => {
        Object.assign(followed, fresh);
      })
      .finally(() => {
        entry.behind = undefined;
      });
    background(entry.behind, 'fleet could not be read into memory', tenant);
  }

  /** One look at a time; who comes while one is under way waits for the next, which sees what is committed by now. */
  function catchUp(tenant: string, entry: Entry, followed: Followed): Promise<void> {
    if (entry.behind !== undefined) return Promise.resolve();
    const begin = (): Promise<void> => {
      const running = follow(tenant, entry, followed).finally(() => {
        entry.following = undefined;
      });
      entry.following = running;
      return running;
    };
    if (entry.following === undefined) return begin();
    entry.next ??= entry.following
      .catch(() => undefined)
      .then(() => {
        entry.next = undefined;
        return begin();
      });
    return entry.next;
  }

  /** When devices were last heard of follows every few minutes: it changes with every message. */
  async function refreshSeen(tenant: string, followed: Followed): Promise<void> {
    const now = nowMs();
    if (now - followed.seenAtMs < SEEN_EVERY_MS) return;
    followed.seenAtMs = now;
    const { rows } = await withTenant(appPool, tenant, (client) =>
      client.query<{ deviceId: string; us: number }>(
        `SELECT device_id AS "deviceId", (extract(epoch FROM last_received_at) * 1000000)::int8 AS us
           FROM device_clocks WHERE classified_at >= to_timestamp($1::float8 / 1000000)`,
        [followed.seenUs],
      ),
    );
    followed.seenUs = (now - CLOCKS_APART_MS) * 1000;
    for (let from = 0; from < rows.length; from += SLICE) {
      followed.index.seen(rows.slice(from, from + SLICE));
      // oxlint-disable-next-line no-await-in-loop -- requests are answered between the slices
      await setImmediate();
    }
  }

  return {
    async of(tenant) {
      const entry = entries.get(tenant) ?? open(tenant);
      entry.usedAtMs = nowMs();
      const followed = entry.followed ?? (await patiently(entry.loading, limits.patienceMs));
      await catchUp(tenant, entry, followed);
      background(refreshSeen(tenant, followed), 'last messages could not be read', tenant);
      return followed.index;
    },
    prepare(tenant) {
      if (!entries.has(tenant)) open(tenant);
    },
    get loaded() {
      return [...entries].flatMap(([tenant, { followed }]) =>
        followed === undefined
          ? []
          : [
              {
                tenant,
                rows: followed.index.table.rows,
                bytes: followed.index.bytes,
                loadSeconds: followed.loadSeconds,
              },
            ],
      );
    },
    async close() {
      clearInterval(sweep);
      entries.clear();
      await Promise.allSettled(work);
    },
  };
}

/** @throws {ProblemError} `not_ready` when it takes longer */
async function patiently(loading: Promise<Followed>, patienceMs: number): Promise<Followed> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ProblemError('not_ready', 'The fleet is being read into memory; try again.', {
            headers: { 'retry-after': '3' },
          }),
        ),
      patienceMs,
    );
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}
