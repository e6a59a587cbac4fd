import { keepFrozen } from '@verimeter/analytics';
import type { FrozenArea } from '@verimeter/drift';
import { AUTO, openReadingStore } from '@verimeter/open-store';
import { type ReadingStore, createReadingBatch } from '@verimeter/reading-store';
import { ensureTenant, type Pool, type PoolClient, withTransaction } from '@verimeter/registry';
import { renamed, type Templates } from './template-areas.ts';

const STEP_US = 900e6;
const INSTANTS_PER_STEP = 20;

export const groupIdOf = (area: number): string => `B${String(area).padStart(7, '0')}`;

/** Registers so many copies of the templates, keeps their frozen areas in `directory`, and stores the readings of the night. */
export async function fillStore(
  pool: Pool,
  templates: Templates,
  options: {
    readonly tenant: string;
    readonly directory: string;
    readonly areas: number;
    readonly onStep: (text: string) => void;
  },
): Promise<{ readonly readings: number; readonly stateBytes: number }> {
  const { tenant, directory, areas, onStep } = options;
  await ensureTenant(pool, tenant);
  const { store } = await openReadingStore(pool, AUTO);
  await stageTemplates(pool, templates);
  await register(pool, { tenant, areas, templates: templates.frozen.length });
  onStep(`registered ${areas} areas`);
  await ensurePartition(pool, store, { tenant, templates });
  let readings = 0;
  const instants = await pool.query<{ ts: number }>(
    'SELECT DISTINCT ts FROM bench_readings ORDER BY ts',
  );
  for (const [before, { ts }] of instants.rows.entries()) {
    // oxlint-disable-next-line no-await-in-loop
    const stored = await pool.query(INSERT_READINGS, [ts]);
    readings += stored.rowCount ?? 0;
    const done = before + 1;
    if (done % INSTANTS_PER_STEP === 0)
      onStep(`stored ${done} of ${instants.rows.length} instants`);
  }
  await pool.query('DROP TABLE bench_readings, bench_meters, bench_areas, bench_channels');
  onStep(`stored ${readings} readings`);
  await pool.query('ANALYZE readings');
  const stateBytes = await keepFrozen(
    { pool, store, tenant, directory },
    templates,
    copiesOf(templates, areas),
  );
  onStep(`kept ${areas} frozen areas`);
  return { readings, stateBytes };
}

function* copiesOf(templates: Templates, areas: number): Generator<FrozenArea> {
  for (let area = 0; area < areas; area++) {
    const template = templates.frozen[area % templates.frozen.length];
    if (template !== undefined) yield renamed(template, groupIdOf(area));
  }
}

/** Temporary tables live in their session: the pool must have one connection. */
async function stageTemplates(pool: Pool, { meters, firstUs }: Templates): Promise<void> {
  await pool.query(`
    CREATE TEMPORARY TABLE bench_meters (template int, suffix text, role text, model text);
    CREATE TEMPORARY TABLE bench_readings (template int, suffix text, quantity text, ts timestamptz, value float8)`);
  for (const meter of meters) {
    // oxlint-disable-next-line no-await-in-loop
    await pool.query('INSERT INTO bench_meters VALUES ($1, $2, $3, $4)', [
      meter.template,
      meter.suffix,
      meter.role,
      meter.model,
    ]);
    for (const [quantity, values] of meter.series)
      // oxlint-disable-next-line no-await-in-loop
      await pool.query(
        `INSERT INTO bench_readings
         SELECT $1, $2, $3, to_timestamp($4::float8 / 1e6) + (k - 1) * interval '15 minutes', v
           FROM unnest($5::float8[]) WITH ORDINALITY AS t (v, k) WHERE v <> 'NaN'`,
        [meter.template, meter.suffix, quantity, firstUs, Array.from(values)],
      );
  }
  await pool.query('CREATE INDEX ON bench_readings (ts); ANALYZE bench_readings, bench_meters');
}

/**
 * Each series of the templates once for each channel that repeats it: an instant of all meters after the other, and within it meter by
 * meter in no order, as messages come.
 */
const INSERT_READINGS = `
  INSERT INTO readings (ts, received_at, value, channel_id)
  SELECT r.ts, r.ts, r.value, c.channel_id
    FROM bench_channels c JOIN bench_readings r USING (template, suffix, quantity)
   WHERE r.ts = to_timestamp($1::float8 / 1e6)
   ORDER BY hashtext(c.group_id || c.suffix), c.channel_id`;

async function register(
  pool: Pool,
  made: { readonly tenant: string; readonly areas: number; readonly templates: number },
): Promise<void> {
  const { tenant, areas, templates } = made;
  await pool.query('CREATE TEMPORARY TABLE bench_areas (group_id text COLLATE "C", template int)');
  await pool.query(
    `INSERT INTO bench_areas SELECT 'B' || lpad(k::text, 7, '0'), k % $2 FROM generate_series(0, $1 - 1) AS k`,
    [areas, templates],
  );
  await pool.query('ANALYZE bench_areas');
  for (const statement of [
    `INSERT INTO groups (tenant, group_id, kind) SELECT $1, group_id, 'electricity_area' FROM bench_areas`,
    `INSERT INTO devices (tenant, device_id, kind, manufacturer, model, accuracy_class)
     SELECT $1, a.group_id || m.suffix, 'electricity_meter', 'bench', m.model, '1'
       FROM bench_areas a JOIN bench_meters m USING (template)`,
    `INSERT INTO members (tenant, group_id, device_id, role)
     SELECT $1, a.group_id, a.group_id || m.suffix, m.role FROM bench_areas a JOIN bench_meters m USING (template)`,
    `INSERT INTO channels (tenant, device_id, quantity, unit)
     SELECT $1, a.group_id || r.suffix, r.quantity, CASE r.quantity WHEN 'active_energy_import' THEN 'kW.h' ELSE 'V' END
       FROM bench_areas a JOIN (SELECT DISTINCT template, suffix, quantity FROM bench_readings) r USING (template)`,
  ])
    // oxlint-disable-next-line no-await-in-loop
    await pool.query(statement, [tenant]);
  await pool.query('CREATE TEMPORARY TABLE bench_channels AS SELECT * FROM (' + CHANNELS + ') c', [
    tenant,
  ]);
  await pool.query('CREATE INDEX ON bench_channels (group_id); ANALYZE bench_channels');
}

/** Ids begin with that of the area, all of one length. */
const CHANNELS = `
  SELECT c.channel_id, a.group_id, a.template, substr(c.device_id, length(a.group_id) + 1) AS suffix, c.quantity
    FROM channels c JOIN bench_areas a ON a.group_id = substr(c.device_id, 1, length('B0000000'))
   WHERE c.tenant = $1`;

/** The store makes the partition of a month when it is first written to. */
async function ensurePartition(
  pool: Pool,
  store: ReadingStore<PoolClient>,
  { tenant, templates }: { readonly tenant: string; readonly templates: Templates },
): Promise<void> {
  const channel = await pool.query<{ channel_id: number }>(
    'SELECT channel_id FROM channels WHERE tenant = $1 LIMIT 1',
    [tenant],
  );
  for (let us = templates.firstUs; us <= templates.asOfUs; us += 96 * STEP_US) {
    const batch = createReadingBatch(1);
    batch.channelId[0] = channel.rows[0]?.channel_id ?? 0;
    // off the grid: not seen by the night
    batch.tsUs[0] = us + 1;
    batch.receivedAtUs[0] = us + 1;
    batch.length = 1;
    // oxlint-disable-next-line no-await-in-loop
    await withTransaction(pool, (client) => store.write(client, batch));
  }
}
