import { type Pool, ensureTenant } from '@verimeter/registry';

export const TENANT = 'bench';
const CHUNK = 20_000;
const METERS_PER_AREA = 60;

// Everything follows from the number of the device, so that each run has the same fleet. Multipliers are primes, so that columns are independent.
const DEVICES = `
  INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, nominal, built_year, installed_on, verified_on,
                       valid_until, lat, lon, address, online, online_at)
  SELECT $1, CASE WHEN k % 10 < 7 THEN 'E-' WHEN k % 10 < 9 THEN 'W-' ELSE 'S-' END || lpad(k::text, 7, '0'),
         (ARRAY['electricity_meter', 'water_meter', 'environment_sensor'])[CASE WHEN k % 10 < 7 THEN 1 WHEN k % 10 < 9 THEN 2 ELSE 3 END],
         lpad(((k::int8 * 48271) % 99999989)::text, 8, '0'),
         (ARRAY['EMIC', 'Gelex', 'Landis+Gyr', 'Itron', 'Elster', 'Zenner', 'Sensus', 'Hexing'])[1 + k * 31 % 8],
         (ARRAY['CV140', 'ME-40', 'E350', 'ACE', 'A1140', 'MTKD', '620', 'HXE110'])[1 + k * 31 % 8] || '-' || k * 17 % 5,
         (ARRAY['1', '2', '0.5S', 'B'])[1 + k * 13 % 4], '5(60)', 2008 + k * 7 % 17, date '2010-01-01' + k * 11 % 5000, date '2019-01-01' + k * 19 % 2500,
         date '2024-01-01' + k * 23 % 2500, 20.9 + (k % 1000) / 2000.0, 106.9 + (k % 997) / 2000.0,
         k * 29 % 400 || ' ' || (ARRAY['Lê Lợi', 'Trần Phú', 'Nguyễn Huệ', 'Lý Thái Tổ', 'Điện Biên Phủ', 'Hai Bà Trưng', 'Quang Trung',
           'Phan Đình Phùng', 'Lê Thánh Tông', 'Cao Thắng', 'Hạ Long', 'Bạch Đằng'])[1 + k * 37 % 12] || ', ' ||
           (ARRAY['Hồng Gai', 'Bãi Cháy', 'Cẩm Phả', 'Uông Bí', 'Móng Cái', 'Đông Triều', 'Quảng Yên'])[1 + k / 997 % 7],
         (ARRAY[true, true, true, true, false, NULL])[1 + k * 41 % 6],
         CASE WHEN k * 41 % 6 < 5 THEN timestamptz '2026-11-28Z' + k::int8 * 7919 % 86400 * interval '1 second' END
    FROM generate_series($2::int, $3::int) k`;

const GROUPS = `
  INSERT INTO groups (tenant, group_id, kind, name)
  SELECT $1, 'TBA-' || lpad(k::text, 5, '0'), 'electricity_area', 'Trạm ' || k FROM generate_series(0, $2::int) k`;

const MEMBERS = `
  INSERT INTO members (tenant, group_id, device_id, role)
  SELECT $1, 'TBA-' || lpad((k / ${METERS_PER_AREA})::text, 5, '0'),
         CASE WHEN k % 10 < 7 THEN 'E-' WHEN k % 10 < 9 THEN 'W-' ELSE 'S-' END || lpad(k::text, 7, '0'), 'consumer'
    FROM generate_series($2::int, $3::int) k`;

/** Each device has an answer; one in `$4` an estimate, the others no reference. */
const HEALTH = `
  INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, standard_error, interval_low,
                      interval_high, "limit", in_service_limit, probability_over_limit, probability_over_in_service_limit, probability_drifted,
                      drift_per_year, drift_per_year_se, exit_date_median, exit_date_earliest, minimum_detectable, evidence_days, group_id,
                      group_status, legal_status, valid_until, model_version, evidence)
  SELECT $1, CASE WHEN k % 10 < 7 THEN 'E-' WHEN k % 10 < 9 THEN 'W-' ELSE 'S-' END || lpad(k::text, 7, '0'),
         (ARRAY['active_energy_import', 'water_volume', 'pm2_5'])[CASE WHEN k % 10 < 7 THEN 1 WHEN k % 10 < 9 THEN 2 ELSE 3 END],
         $5, '2026-11-28Z', CASE WHEN estimated THEN (ARRAY['within_limits', 'within_limits', 'within_limits', 'not_resolvable', 'drift_possible',
         'drift_likely', 'stopped', 'tamper_or_fault'])[1 + u % 8] ELSE 'no_reference' END,
         CASE WHEN estimated THEN (ARRAY['none', 'none', 'none', 'none', 'watch', 'reverify', 'inspect', 'inspect'])[1 + u % 8] ELSE 'none' END,
         e, CASE WHEN estimated THEN 0.003 END, e - 0.006, e + 0.006, 0.01, 0.02, least(1, abs(e) * 20), least(1, abs(e) * 10),
         CASE WHEN estimated THEN u % 10007 / 10006.0 END, CASE WHEN estimated THEN e / 3 END, CASE WHEN estimated THEN 0.001 END,
         CASE WHEN estimated AND u % 3 = 0 THEN date '2026-12-01' + u % 2000 END, CASE WHEN estimated AND u % 3 = 0 THEN date '2026-12-01' + u % 1000 END,
         CASE WHEN estimated THEN 0.002 + u % 997 / 50000.0 END, CASE WHEN estimated THEN 63 END, 'TBA-' || lpad((k / ${METERS_PER_AREA})::text, 5, '0'),
         'ok', (ARRAY['valid', 'valid', 'valid', 'due_soon', 'expired'])[1 + k * 23 % 5], date '2024-01-01' + k * 23 % 2500, 'bench-1', '[]'
    FROM (SELECT k, k % $4::int = 0 AS estimated, (k::int8 * 48271 % 2147483647)::int AS u,
                 CASE WHEN k % $4::int = 0 THEN ((k::int8 * 48271 % 2147483647) % 2001 - 1000) / 20000.0 END AS e
            FROM generate_series($2::int, $3::int) k) n`;

/** As the analytics service writes them once it has worked out the standings. */
const LEGAL = `
  INSERT INTO legal_states (tenant, device_id, kind, state, due_on, due_precision, due_earliest, due_latest, reasons, rules)
  SELECT tenant, device_id, kind, 'dated', valid_until, 'day', valid_until, valid_until, '{}', '{}'
    FROM devices WHERE tenant = $1
     AND device_id = ANY (SELECT CASE WHEN k % 10 < 7 THEN 'E-' WHEN k % 10 < 9 THEN 'W-' ELSE 'S-' END || lpad(k::text, 7, '0')
                            FROM generate_series($2::int, $3::int) k)`;

const FINDINGS = `
  INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, as_of, status)
  SELECT tenant, device_id, quantity, indication, recommendation, as_of,
         (ARRAY['open', 'open', 'acknowledged', 'ordered', 'verified', 'dismissed'])[1 + abs(hashtext(device_id)) % 6]
    FROM health WHERE tenant = $1 AND recommendation IN ('reverify', 'inspect')`;

/** Registers devices, each with an answer, and `estimates` of these with an estimate; goes on where a former fill ended. */
export async function fillFleet(
  pool: Pool,
  devices: number,
  estimates: number,
  onStep: (text: string) => void,
): Promise<void> {
  await ensureTenant(pool, TENANT);
  const { rows } = await pool.query<{ devices: number }>(
    'SELECT count(*)::int AS devices FROM health WHERE tenant = $1',
    [TENANT],
  );
  const done = rows[0]?.devices ?? 0;
  if (done >= devices) return;
  if (done > 0) throw new Error(`the fleet in there has ${done} devices, not ${devices}`);
  const every = Math.max(1, Math.round(devices / estimates));
  await pool.query(GROUPS, [TENANT, Math.floor(devices / METERS_PER_AREA)]);
  const run = await pool.query<{ run_id: number }>(
    `INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ($1, 'bench-1', '{}') RETURNING run_id`,
    [TENANT],
  );
  for (let from = 0; from < devices; from += CHUNK) {
    const part = [TENANT, from, Math.min(from + CHUNK, devices) - 1];
    // oxlint-disable no-await-in-loop -- one statement after the other fills as fast
    await pool.query(DEVICES, part);
    await pool.query(MEMBERS, part);
    await pool.query(LEGAL, part);
    await pool.query(HEALTH, [...part, every, run.rows[0]?.run_id]);
    // oxlint-enable no-await-in-loop
    if ((from / CHUNK) % 10 === 9) onStep(`${from + CHUNK} devices`);
  }
  await pool.query(FINDINGS, [TENANT]);
  await pool.query('DELETE FROM legal_state_marks WHERE tenant = $1', [TENANT]);
}
