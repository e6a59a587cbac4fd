import path from 'node:path';
import { Readable } from 'node:stream';
import { type Pool, type Queryable, withTransaction } from '@verimeter/registry';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { READINGS, readStoredTables } from '../src/lib/backup/stored-tables.ts';
import { typedColumns } from '../src/lib/export/column-types.ts';
import { EXPORTS, type ExportKind, exportCells } from '../src/lib/export/exports.ts';
import { queryRows } from '../src/lib/export/query-rows.ts';
import { readingRows } from '../src/lib/export/reading-rows.ts';
import type { RowBatch } from '../src/lib/export/row-format.ts';
import { csvFormat } from '../src/lib/export/text-formats.ts';
import type { FileKind } from '../src/lib/import/files.ts';
import { importFile } from '../src/lib/import/import-file.ts';

const NOW_US = Date.UTC(2026, 10, 23, 12) * 1000;

const FILES: readonly (readonly [FileKind, string])[] = [
  [
    'devices',
    `device_id,kind,serial,manufacturer,model,accuracy_class,nominal,phases,built_year,verified_on,valid_until,lat,lon,address
E1,electricity_meter,S-1,Acme,E1,1,5(60),3,2020,2021-03-01,2027-03-01,10.5,106.25,"12 Lê Lợi, ""Quận 1"""
E2,electricity_meter,,Acme,E1,B,,1,2020,,,,,
W1,water_meter,,Acme,W1,2,2.5,,,,,,,
H1,heat_meter,,,,,,,,,,,,
S1,environment_sensor,,,,,,,,,,,,
G1,gateway,,,,,,,,,,,,
I1,instrument,,,,,,,,,,,,
`,
  ],
  [
    'groups',
    'group_id,kind,name,technical_loss\nA,electricity_area,Area,0.025\nD,water_district,,\nN,sensor_network,,\n',
  ],
  [
    'members',
    `group_id,device_id,role,from,to,feeder
A,E1,supply,,,F1
A,E2,consumer,2026-01-01,2026-11-01T12:30:00.000001Z,
D,W1,supply,,,
N,S1,sensor,,,
`,
  ],
  [
    'readings',
    `device_id,quantity,ts,value,unit
E1,active_energy_import,2026-10-31T23:45:00Z,12345.678,
E1,active_energy_import,2026-11-01T00:00:00.000001Z,12345.912,
E1,active_energy_import,2026-11-01T00:00:00.000001Z,99999,
E1,voltage_l1,2026-11-01T00:00:00Z,229.9,
E2,active_energy_import,2005-01-01T00:00:00Z,0.1,
E2,active_energy_import,2026-11-24T11:00:00Z,1e300,
W1,water_volume,2026-11-01T00:00:00Z,5e-324,
S1,pm2_5,2026-11-01T00:00:00Z,-0,
S1,pm2_5,2026-11-01T00:15:00Z,17.3,
NOBODY,pm2_5,2026-11-01T00:15:00Z,17.3,
S1,pm2_5,2026-11-01T00:15:00,17.3,
`,
  ],
  [
    'verifications',
    `device_id,verified_on,result,kind,certificate_no,test_point,error_percent,expanded_uncertainty_percent,coverage_factor,as_found
E1,2021-03-01,pass,periodic,C-1,Imax,0.31,0.1,2,true
E1,2021-03-01,pass,periodic,C-1,Itr,-0.2,0.1,2,false
`,
  ],
];

const REST = `
  INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ('k1', 'demo', 'admin', '\\xdeadbeef');
  INSERT INTO sessions VALUES ('\\x0102', 'demo', 'k1', '2026-12-01Z');
  INSERT INTO device_events (tenant, device_id, ts, event, state, received_at)
    VALUES ('demo', 'E1', '2026-11-01Z', 'tamper', 'active', '2026-11-01Z');
  INSERT INTO analysis_runs (tenant, model_version, configuration, read_at, shown) VALUES ('demo', 'm1', '{"a": [1, null]}', now(), '2000000000');
  INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, legal_status, model_version, evidence)
    SELECT 'demo', 'E1', 'active_energy_import', run_id, '2026-11-01Z', 'within_limits', 'none', 0.1 + 0.2, 'valid', 'm1', '[{"code": "x"}]' FROM analysis_runs;
  INSERT INTO health_history VALUES ('demo', 'E1', 'active_energy_import', '2026-11-01Z', 0.01, NULL, 'NaN');
  INSERT INTO group_health (tenant, group_id, run_id, status) SELECT 'demo', 'A', run_id, 'ok' FROM analysis_runs;
  INSERT INTO findings (tenant, device_id, indication, comment) VALUES ('demo', 'E1', 'drift_likely', 'với dấu');
  INSERT INTO live_events (tenant, kind, channel_ids, ts, values)
    SELECT 'demo', 'reading', array[channel_id], array['2026-11-01Z'::timestamptz], array[1.5] FROM channels LIMIT 1;
  INSERT INTO register_scans (tenant, shown, mark, swept_at, swept_shown) VALUES ('demo', '2000000000', now(), now(), NULL);
  INSERT INTO arrivals VALUES ('session', 7, '\\x00ff', now());
  INSERT INTO ingest_sessions (broker, client_id, filter, expiry_s, holder)
    VALUES ('localhost:1883', 'verimeter-ingest', '#', 604800, '00000000-0000-0000-0000-000000000001');
  INSERT INTO replays (tenant, last_id) VALUES ('demo', 1);
  INSERT INTO holidays (tenant, day, name, entered_by) VALUES ('demo', '2027-02-08', 'Tết', 'k1');
  INSERT INTO customer_requests (tenant, device_id, kind, utility, received_on, clock, due_on, entered_by)
    VALUES ('demo', 'E1', 'complaint', 'electricity', '2026-11-02', '{"amount": 3, "unit": "day"}', '2026-11-05', 'k1');
  INSERT INTO customer_request_events (tenant, request_id, status, comment, by_id) SELECT 'demo', id, 'open', 'đã nhận', 'k1' FROM customer_requests;
  INSERT INTO document_numbers VALUES ('demo', 'EP-2026', 1);
  INSERT INTO documents (tenant, document_id, kind, device_id, request_id, snapshot, snapshot_sha256, pdf_sha256, created_by)
    SELECT 'demo', 'EP-2026-000001', 'evidence_pack', 'E1', id, '{"form": 1}', 'ab', '{"vi": "cd", "en": "ef"}', 'k1' FROM customer_requests`;

/** Fills a migrated database with devices of all kinds of two tenants, readings of several months, and rows in most tables. */
export async function fillDatabase(pool: Pool, directory: string): Promise<void> {
  for (const tenant of ['demo', 'other'])
    for (const [kind, text] of FILES)
      // oxlint-disable-next-line no-await-in-loop -- members name devices, readings need them
      await importFile(kind, Readable.from([Buffer.from(text)]), {
        pool,
        store: createTimescaleStore(pool),
        tenant,
        zone: 'Asia/Ho_Chi_Minh',
        fileName: `${kind}.csv`,
        rejectedPath: path.join(directory, `${tenant}-${kind}.rejected.csv`),
        nowUs: () => NOW_US,
      });
  await withTransaction(pool, (client) => client.query(REST));
}

/** The cells of an export as the command writes them. */
export function exportedCells(
  pool: Pool,
  kind: ExportKind,
  tenant = 'demo',
): AsyncGenerator<RowBatch> {
  const spec = EXPORTS[kind];
  const { sql } = spec;
  const rows =
    sql === undefined
      ? readingRows(pool, createTimescaleStore(pool), tenant)
      : queryRows(pool, tenant, { sql });
  return exportCells(spec, rows, () => undefined);
}

/** An export as CSV. */
export async function exported(pool: Pool, kind: ExportKind, tenant = 'demo'): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of csvFormat(
    typedColumns(EXPORTS[kind]),
    exportedCells(pool, kind, tenant),
  ))
    pieces.push(String(piece));
  return pieces.join('');
}

/** Number of rows and a digest of all of them, by table. The names of what a store showed belong to one database. */
export async function tableDigests(client: Queryable): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { name, columns } of await readStoredTables(client)) {
    const kept = columns.filter((column) => !/(^|_)shown$/.test(column)).map((c) => `"${c}"`);
    const relation = name === READINGS ? 'stored_readings' : `"${name}"`;
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await client.query<{ digest: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), '') AS digest
         FROM (SELECT ${kept.join(', ')} FROM ${relation}) t`,
    );
    digests[name] = rows[0]?.digest ?? '';
  }
  return digests;
}
