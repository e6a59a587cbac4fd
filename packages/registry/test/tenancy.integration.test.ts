import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PoolClient, withTenant } from '../src/index.ts';

/** Tables without a tenant column, and why they need no policy: verimeter_app has no right on them at all. */
const WITHOUT_TENANT = [
  'arrivals',
  'former_filters',
  'ingest_sessions',
  'quarantine_sizes',
  'reading_day_look',
  'reading_days',
  'reading_retention',
  'readings',
  'schema_migrations',
  'settled_batches',
  'store_batches',
  'store_copies',
  'store_copy_days',
  'store_copy_months',
  'store_copy_parts',
  'store_drop',
  'store_settled',
  'straggler_days',
  'taken_filters',
];

let database: TestDatabase;
let admin: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Pool({ connectionString: database.url, max: 2 });
  // A pool has ended before its connections have, and the database is dropped under them; a connection that breaks sooner fails its query.
  admin.on('error', () => undefined);
  await seed();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** Every table with a tenant gets a row of `alpha` and one of `beta`. */
async function seed(): Promise<void> {
  const service = database.servicePool;
  for (const tenant of ['alpha', 'beta']) {
    await service.query(`
      INSERT INTO tenants VALUES ('${tenant}');
      INSERT INTO devices (tenant, device_id, kind) VALUES ('${tenant}', 'm1', 'electricity_meter');
      INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('${tenant}', 'm1', 'active_energy_import', 'kW.h');
      INSERT INTO groups (tenant, group_id, kind) VALUES ('${tenant}', 'g1', 'electricity_area');
      INSERT INTO members (tenant, group_id, device_id, role) VALUES ('${tenant}', 'g1', 'm1', 'consumer');
      INSERT INTO verifications (tenant, device_id, verified_on, result) VALUES ('${tenant}', 'm1', '2026-01-01', 'pass');
      INSERT INTO verification_history (tenant, record_id, test_point, version, until_version, body)
        VALUES ('${tenant}', 1, '', 1, 2, '{}');
      INSERT INTO legal_events (tenant, device_id, kind, happened_on, entered_by) VALUES ('${tenant}', 'm1', 'seal_broken', '2026-01-02', 'k');
      INSERT INTO legal_rules (tenant, rule_id, version, category, basis, months, source, status, entered_by)
        VALUES ('${tenant}', 'r', 1, 'water_meter', 'cycle', 12, 's', 'confirmed', 'k');
      INSERT INTO legal_states (tenant, device_id, state, reasons, rules) VALUES ('${tenant}', 'm1', 'unknown', '{}', '{}');
      INSERT INTO holidays (tenant, day, name, entered_by) VALUES ('${tenant}', '2027-02-08', 'h', 'k');
      INSERT INTO customer_requests (tenant, device_id, kind, utility, received_on, entered_by)
        VALUES ('${tenant}', 'm1', 'check', 'electricity', '2026-11-02', 'k');
      INSERT INTO customer_request_events (tenant, request_id, by_id)
        SELECT tenant, id, 'k' FROM customer_requests WHERE tenant = '${tenant}';
      INSERT INTO document_numbers (tenant, series, last) VALUES ('${tenant}', 'EP-2026', 1);
      INSERT INTO documents (tenant, document_id, kind, device_id, snapshot, snapshot_sha256, pdf_sha256, created_by)
        VALUES ('${tenant}', 'EP-2026-000001', 'evidence_pack', 'm1', '{}', '', '{}', 'k');
      INSERT INTO readings (channel_id, ts, value, received_at)
        SELECT channel_id, date_trunc('hour', now()), 1, now() FROM channels WHERE tenant = '${tenant}';
      INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at)
        SELECT tenant, channel_id, date_trunc('hour', now()), 2, now() FROM channels WHERE tenant = '${tenant}';
      INSERT INTO quarantine (tenant, received_at, source, topic, reason, message, payload_bytes, rejected)
        VALUES ('${tenant}', now(), 'mqtt', 't', 'malformed', 'm', 1, 1);
      INSERT INTO quarantine_left_out (tenant, topic, reason, hour, source, entries, rejected)
        VALUES ('${tenant}', 't', 'malformed', '2026-11-24T04:00Z', 'mqtt', 1, 1);
      INSERT INTO replays (tenant, last_id) VALUES ('${tenant}', 0);
      INSERT INTO provisioning (tenant, source) VALUES ('${tenant}', 'native');
      INSERT INTO sources (tenant, name, filter, dialect, changed_by) VALUES ('${tenant}', 's', '${tenant}/#', 'zigbee2mqtt', 'k');
      INSERT INTO source_memory (tenant, source, key, value) VALUES ('${tenant}', 's', 'k', '1');
      INSERT INTO source_activity (tenant, source, last_at) VALUES ('${tenant}', 's', now());
      INSERT INTO source_problems (tenant, source, worker, problem) VALUES ('${tenant}', 's', 'w', 'p');
      INSERT INTO ledger_journal (tenant, hour, source, device_ids, topics, received, stored, duplicate, conflicting, rejected)
        VALUES ('${tenant}', '2026-11-24T04:00Z', 'mqtt', '{m1}', '{NULL}', '{1}', '{1}', '{0}', '{0}', '{0}');
      INSERT INTO ledger_hours (tenant, device_id, hour, source) VALUES ('${tenant}', 'm1', '2026-11-24T04:00Z', 'mqtt');
      INSERT INTO device_events (tenant, device_id, ts, event, state, received_at)
        VALUES ('${tenant}', 'm1', now(), 'cover_open', 'active', now());
      INSERT INTO register_events (tenant, device_id, quantity, ts, value, kind, found_kind, certainty, before_ts, before_value)
        VALUES ('${tenant}', 'm1', 'active_energy_import', now(), 0, 'glitch', 'glitch', 'likely', now(), 1);
      INSERT INTO register_scans (tenant, shown, mark) VALUES ('${tenant}', '1', now());
      INSERT INTO clock_observations VALUES ('${tenant}', 'm1', now(), now(), 1, 0, 0, 0, NULL, 0, 0, 0, 0, 0);
      INSERT INTO device_clocks (tenant, device_id, state, since, last_received_at) VALUES ('${tenant}', 'm1', 'ok', now(), now());
      INSERT INTO message_floods VALUES ('${tenant}', 'm1', now(), now(), 1, 60, 60);
      INSERT INTO reading_day_zones VALUES ('${tenant}', 'UTC', NULL);
      INSERT INTO late_looks VALUES ('${tenant}', now(), '1', '{}');
      INSERT INTO interval_days (tenant, channel_id, day, version, algorithm)
        SELECT tenant, channel_id, '2026-11-24', 1, 1 FROM channels WHERE tenant = '${tenant}';
      INSERT INTO interval_looks VALUES ('${tenant}', 1, NULL, NULL, NULL, now(), '1', now(), '1');
      INSERT INTO validation_rule_sets (tenant, version, effective_from, rules, changed_by, reason)
        VALUES ('${tenant}', 1, '-infinity', '{}', 'k', 'r');
      INSERT INTO validation_exceptions (tenant, channel_id, ts, until_ts, rules_version, rule, severity, code, marks)
        SELECT tenant, channel_id, now(), now(), 1, 'zero', 'info', '3.6.1', true FROM channels WHERE tenant = '${tenant}';
      INSERT INTO validation_looks VALUES ('${tenant}', 1, NULL, NULL, NULL, now(), '1', now(), '1', 1);
      INSERT INTO value_versions (tenant, channel_id, ts, version, value, code, method, model, rules_version)
        SELECT tenant, channel_id, now(), 1, 1, '3.8.0', 'linear', 'm', 1 FROM channels WHERE tenant = '${tenant}';
      INSERT INTO value_corrections (tenant, channel_id, from_ts, to_ts, version, gain, "offset", code, method, model)
        SELECT tenant, channel_id, now(), 'infinity', 1, 1, 0, '3.7.0', 'sensor_correction', 'm' FROM channels WHERE tenant = '${tenant}';
      INSERT INTO import_positions VALUES ('${tenant}', 'f', 1, 1, 0, 0, 0);
      INSERT INTO live_events (tenant, kind, body) VALUES ('${tenant}', 'finding', '{}');
      INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ('${tenant}', 'm', '{}');
      INSERT INTO health (tenant, device_id, run_id, indication, recommendation, legal_status, model_version)
        SELECT tenant, 'm1', run_id, 'within_limits', 'none', 'valid', 'm' FROM analysis_runs WHERE tenant = '${tenant}';
      INSERT INTO health_history (tenant, device_id, as_of) VALUES ('${tenant}', 'm1', now());
      INSERT INTO group_health (tenant, group_id, run_id)
        SELECT tenant, 'g1', run_id FROM analysis_runs WHERE tenant = '${tenant}';
      INSERT INTO lot_health (tenant, lot, quantity, run_id, "limit", members, estimated, verified, plan)
        SELECT tenant, 'lot', 'active_energy_import', run_id, 0.01, 1, 0, 0, '{}' FROM analysis_runs WHERE tenant = '${tenant}';
      INSERT INTO webhooks (tenant, url, events, secret, created_by) VALUES ('${tenant}', 'https://desk.example.com/', '{finding.created}', 's', 'k');
      INSERT INTO findings (tenant, device_id) VALUES ('${tenant}', 'm1'); -- its event is written with it
      INSERT INTO verification_scores (tenant, record_id, record_version, counts, device_id, quantity, verified_on, selection, outcome, found_beyond,
          "limit", source, as_of, recommendation)
        VALUES ('${tenant}', 1, 1, true, 'm1', 'active_energy_import', '2026-01-01', 'routine', 'no_claim', false, 0.01, 'published', now(), 'none');
      INSERT INTO capacities (tenant, team, visits_per_month, valid_from, entered_by) VALUES ('${tenant}', 't', 1, '2026-12-01', 'k');
      INSERT INTO plan_settings (tenant, version, settings, entered_by) VALUES ('${tenant}', 1, '{}', 'k');
      INSERT INTO plans (tenant, period, policy, as_of, seed, random_share, settings, teams, summary, next_in_line, made_by)
        VALUES ('${tenant}', '2026-12', 'balanced', '2026-11-29', 1, 0, '{}', '[]', '{}', '[]', 'k');
      INSERT INTO work_orders (tenant, number, plan_id, team, day, stops, minutes)
        SELECT tenant, '1', id, 't', 1, 1, 30 FROM plans WHERE tenant = '${tenant}';
      INSERT INTO plan_items (tenant, plan_id, rank, device_id, team, day, stop, must, random, score, terms, facts, reasons, travel_minutes, work_minutes)
        SELECT tenant, id, 1, 'm1', 't', 1, 1, false, false, 1, '{}', '{}', '[]', 1, 1 FROM plans WHERE tenant = '${tenant}';
      INSERT INTO saved_views (tenant, page, name, query, owner_key) VALUES ('${tenant}', 'fleet', 'v', '', 'k');
      INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ('k_${tenant}', '${tenant}', 'viewer', 'h${tenant}');
      INSERT INTO sessions VALUES ('s${tenant}', '${tenant}', 'k_${tenant}', now());`);
  }
  await admin.query(
    // written by retention, as the owner
    `INSERT INTO retired_readings (tenant, device_id, hour) VALUES ('alpha', 'm1', now()), ('beta', 'm1', now())`,
  );
  await service.query(
    `INSERT INTO quarantine (received_at, source, topic, reason, message, payload_bytes, rejected)
       VALUES (now(), 'mqtt', 't', 'unknown_tenant', 'm', 1, 1);
     INSERT INTO ledger_hours (topic, hour, source) VALUES ('t', '2026-11-24T04:00Z', 'mqtt')`,
  );
}

interface UnprotectedTable {
  readonly name: string;
}

/** Tables that break a rule of docs/spec/tenancy.md; partitions are judged with the rest. */
async function unprotectedTables(client: pg.Pool | pg.PoolClient): Promise<string[]> {
  const result = await client.query<UnprotectedTable>(
    `SELECT c.relname AS name
       FROM pg_class c
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant' AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        -- A view that asks in the name of its reader is as its tables are.
        AND NOT (c.relkind = 'v' AND coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))
        AND CASE WHEN a.attname IS NOT NULL
          THEN NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND (SELECT array_agg(p.policyname || ' ' || p.cmd || ' ' || p.permissive || ' ' || p.roles::text
                                  || ' ' || p.qual || ' ' || p.with_check ORDER BY p.policyname)
                   FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname)
                = ARRAY[
                  'service_rows ALL PERMISSIVE {verimeter_service} true true',
                  'tenant_rows ALL PERMISSIVE {verimeter_app,verimeter_owner} '
                    || '(tenant = current_setting(''app.tenant''::text, true)) '
                    || '(tenant = current_setting(''app.tenant''::text, true))'])
          ELSE NOT (c.relname = ANY ($1) OR c.relispartition)
            OR (c.relname <> 'schema_migrations'
                AND (has_table_privilege('verimeter_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                     OR has_any_column_privilege('verimeter_app', c.oid, 'SELECT, INSERT, UPDATE')))
        END
      ORDER BY 1`,
    [WITHOUT_TENANT],
  );
  return result.rows.map((row) => row.name);
}

describe('the catalogue', () => {
  test('every table with a tenant has forced row-level security, the others are closed to the API', async () => {
    expect(await unprotectedTables(admin)).toEqual([]);
    const seen = await admin.query(
      `SELECT count(*)::int AS count FROM pg_policies WHERE policyname = 'tenant_rows'`,
    );
    expect(seen.rows).toEqual([{ count: 64 }]);
  });

  test.each([
    ['with a tenant and no policy', 'CREATE TABLE careless (tenant text)'],
    [
      'with a tenant and row-level security that does not bind the owner',
      `CREATE TABLE careless (tenant text); SELECT protect_tenant_table('careless');
       ALTER TABLE careless NO FORCE ROW LEVEL SECURITY`,
    ],
    [
      'with a further permissive policy',
      `CREATE TABLE careless (tenant text); SELECT protect_tenant_table('careless');
       CREATE POLICY more ON careless TO verimeter_app USING (true)`,
    ],
    ['without a tenant', 'CREATE TABLE careless (id int)'],
    ['that is a view', 'CREATE VIEW careless AS SELECT 1 AS id'],
  ])('a new table %s is found', async (_, sql) => {
    const client = await admin.connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL ROLE verimeter_owner');
      await client.query(sql);
      expect(await unprotectedTables(client)).toEqual(['careless']);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('a grant of readings to the API is found', async () => {
    const client = await admin.connect();
    try {
      await client.query('BEGIN');
      await client.query('GRANT SELECT (value) ON readings TO verimeter_app');
      expect(await unprotectedTables(client)).toContain('readings');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('the roles are no superusers, bypass nothing and are not members of each other', async () => {
    const roles = await admin.query(
      `SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin AS powerful,
              (SELECT count(*)::int FROM pg_auth_members m WHERE m.member = r.oid) AS memberships
         FROM pg_roles r WHERE rolname LIKE 'verimeter\\_%' AND rolname NOT LIKE '%test%' ORDER BY 1`,
    );
    expect(roles.rows).toEqual(
      ['verimeter_app', 'verimeter_owner', 'verimeter_service'].map((rolname) => ({
        rolname,
        powerful: false,
        memberships: 0,
      })),
    );
  });

  test('functions: none is executable by everybody, those with rights of their own fix their search path', async () => {
    const functions = await admin.query<{ name: string }>(
      `SELECT p.proname AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
          AND (EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0)
               OR (p.prosecdef AND (p.proowner <> 'verimeter_owner'::regrole
                 OR NOT EXISTS (SELECT FROM unnest(p.proconfig) s
                                 WHERE s = 'search_path=pg_catalog, public, pg_temp'))))`,
    );
    expect(functions.rows).toEqual([]);
    const callable = await admin.query<{ name: string }>(
      `SELECT p.proname AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND has_function_privilege('verimeter_app', p.oid, 'EXECUTE')
        ORDER BY 1`,
    );
    // Each is called with another tenant's device below, but for those that read no table, which reckon with what they are given,
    // and for that which says of a topic filter whether another tenant has it (sources.integration.test.ts).
    expect(callable.rows.map((row) => row.name)).toEqual([
      'bucket_end',
      'bucket_start',
      'latest_readings',
      'queue_webhook_events',
      'reading_aggregates',
      'reading_page',
      'reading_page_columns',
      'register_series',
      'series_aggregates',
      'series_buckets',
      'series_spacing',
      'source_filter_is_taken',
      'webhook_finding',
      'webhook_instant',
      'webhook_is_there',
    ]);
  });

  test('raw readings cannot be changed by the services', async () => {
    const granted = await admin.query(
      `SELECT has_table_privilege('verimeter_service', t, 'UPDATE') OR has_table_privilege('verimeter_service', t, 'DELETE')
              OR has_table_privilege('verimeter_service', t, 'TRUNCATE') AS may_change
         FROM unnest(ARRAY['readings', 'reading_conflicts']) t`,
    );
    expect(granted.rows).toEqual([{ may_change: false }, { may_change: false }]);
  });
});

async function tenantTables(): Promise<string[]> {
  const result = await admin.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  return result.rows.map((row) => row.name);
}

async function visibleTenants(client: PoolClient, table: string): Promise<unknown[] | 'denied'> {
  await client.query('SAVEPOINT probe');
  try {
    const rows = await client.query<{ tenant: unknown }>(`SELECT DISTINCT tenant FROM "${table}"`);
    return rows.rows.map((row) => row.tenant);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '42501') throw error;
    await client.query('ROLLBACK TO SAVEPOINT probe');
    return 'denied';
  }
}

describe('the role of the API', () => {
  const closed = ['api_keys', 'import_positions', 'sessions'];

  test('sees the rows of its tenant only, in every table', async () => {
    for (const table of await tenantTables()) {
      const seen = await withTenant(database.appPool, 'alpha', (client) =>
        visibleTenants(client, table),
      );
      expect([table, seen]).toEqual([table, closed.includes(table) ? 'denied' : ['alpha']]);
    }
  });

  test.each([
    ['without a tenant', undefined],
    ['with an empty tenant', ''],
    ['with a tenant that does not exist', 'gamma'],
  ])('sees nothing %s', async (_, tenant) => {
    const client = await database.appPool.connect();
    try {
      await client.query('BEGIN');
      if (tenant !== undefined) {
        await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      }
      for (const table of await tenantTables()) {
        const seen = await visibleTenants(client, table);
        expect([table, seen]).toEqual([table, closed.includes(table) ? 'denied' : []]);
      }
      const latest = await client.query('SELECT * FROM latest_readings($1)', [['m1']]);
      expect(latest.rows).toEqual([]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('the tenant of one transaction is gone in the next on the same connection', async () => {
    const pool = database.appPool;
    await withTenant(pool, 'alpha', (client) => client.query('SELECT 1'));
    const client = await pool.connect();
    try {
      expect((await client.query('SELECT tenant FROM devices')).rows).toEqual([]);
    } finally {
      client.release();
    }
  });

  test('functions answer for the own tenant, whatever device and quantity are named', async () => {
    const counts = await withTenant(database.appPool, 'alpha', async (client) => {
      const answers: (number | null)[] = [];
      for (const sql of [
        `SELECT ts FROM latest_readings(ARRAY['m1', 'foreign'])`,
        `SELECT ts FROM reading_page('m1', 'active_energy_import', '-infinity', 'infinity', 10, true)`,
        `SELECT ts FROM reading_page('foreign', 'active_energy_import', '-infinity', 'infinity', 10, true)`,
        // A row is there in any case; behind the 20 bytes of an array each time takes 12.
        `SELECT FROM reading_page_columns('m1', 'active_energy_import', '-infinity', 'infinity', 10, true) WHERE length(ts) = 20 + 2 * 12`,
        `SELECT FROM reading_page_columns('foreign', 'active_energy_import', '-infinity', 'infinity', 10, true) WHERE ts IS NOT NULL`,
        `SELECT start_at FROM reading_aggregates('m1', 'active_energy_import', true, now() - interval '1 day', now(), '1h', 'UTC', 10)`,
        `SELECT start_at FROM reading_aggregates('foreign', 'active_energy_import', true, now() - interval '1 day', now(), '1h', 'UTC', 10)`,
        `SELECT ts FROM register_series('m1', 'active_energy_import', '-infinity', 'infinity', 10, 10)`,
        `SELECT ts FROM register_series('foreign', 'active_energy_import', '-infinity', 'infinity', 10, 10)`,
      ]) {
        answers.push((await client.query(sql)).rowCount);
      }
      return answers;
    });
    // The devices of both tenants have the same id: a function that mixes them up returns two.
    expect(counts).toEqual([1, 2, 0, 1, 0, 1, 0, 1, 0]);
  });

  test('cannot read readings or their partitions, nor create any', async () => {
    const partition = await admin.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'readings'::regclass ORDER BY 1 LIMIT 1`,
    );
    const name = partition.rows[0]?.name ?? 'none';
    for (const sql of [
      'SELECT * FROM readings',
      `SELECT * FROM ${name}`,
      'COPY readings TO STDOUT',
      `SELECT own_channel('m1', 'active_energy_import')`,
      'SELECT ensure_reading_partitions(now(), now())',
      `INSERT INTO readings (channel_id, ts, value, received_at) VALUES (1, now(), 1, now())`,
    ]) {
      await expect(
        withTenant(database.appPool, 'alpha', (client) => client.query(sql)),
      ).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('cannot write into another tenant', async () => {
    await expect(
      withTenant(database.appPool, 'alpha', (client) =>
        client.query(
          `INSERT INTO live_events (tenant, kind, body) VALUES ('beta', 'finding', '{}')`,
        ),
      ),
    ).rejects.toMatchObject({ code: '42501' });
    const updated = await withTenant(database.appPool, 'alpha', (client) =>
      client.query(`UPDATE findings SET status = 'dismissed' WHERE tenant = 'beta'`),
    );
    expect(updated.rowCount).toBe(0);
  });

  test('a login that is a member of it alone cannot become the service or the owner', async () => {
    const login = `app_login_${process.pid}`;
    await admin.query(`CREATE ROLE ${login} LOGIN PASSWORD 'app' IN ROLE verimeter_app`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'app';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query('SET ROLE verimeter_app');
      for (const role of ['verimeter_service', 'verimeter_owner']) {
        await expect(client.query(`SET ROLE ${role}`)).rejects.toMatchObject({ code: '42501' });
      }
      await expect(client.query('SET row_security = off')).resolves.toBeDefined();
      // With row_security off the server refuses what a policy would have filtered; it does not show it.
      await expect(client.query('SELECT * FROM devices')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.end();
      await admin.query(`DROP ROLE ${login}`);
    }
  });
});

describe('functions with the rights of the owner', () => {
  test('see one tenant even where they forget to filter', async () => {
    const client = await admin.connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL ROLE verimeter_owner');
      await client.query(
        `CREATE FUNCTION careless() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT tenant FROM channels'`,
      );
      await client.query('GRANT EXECUTE ON FUNCTION careless TO verimeter_app');
      await client.query(`SET LOCAL app.tenant = 'beta'`);
      await client.query('SET LOCAL ROLE verimeter_app');
      expect((await client.query('SELECT * FROM careless() AS tenant')).rows).toEqual([
        { tenant: 'beta' },
      ]);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('the role of the services', () => {
  test('sees all tenants', async () => {
    const tenants = await database.servicePool.query('SELECT tenant FROM devices ORDER BY tenant');
    expect(tenants.rows).toEqual([{ tenant: 'alpha' }, { tenant: 'beta' }]);
  });
});
