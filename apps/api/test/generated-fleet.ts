import type { Queryable } from '@verimeter/registry';

/** A fleet of odd and even things, many of them alike, so that ties and empty values are common. Adds to what the tenant has. */
export async function generateFleet(
  client: Queryable,
  tenant: string,
  devices: { readonly from: number; readonly to: number; readonly prefix?: string },
): Promise<void> {
  const { from, to, prefix = 'D-' } = devices;
  const ids = [tenant, prefix, from, to];
  await client.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, valid_until, address, online, online_at)
     SELECT $1, $2 || (k * 7919) % 100003,
            (ARRAY['electricity_meter', 'electricity_meter', 'water_meter', 'environment_sensor', 'gateway'])[1 + k % 5],
            CASE WHEN k % 11 > 0 THEN 'Sê' || (k * 31) % 997 END,
            (ARRAY['EMIC', 'Gelex', NULL, 'Itron, "Inc"'])[1 + k % 4], (ARRAY['M1', 'M2', NULL])[1 + k % 3],
            (ARRAY['1', '2', '0.5S', NULL])[1 + k % 4],
            CASE WHEN k % 6 > 0 THEN date '2026-01-01' + (k * 13) % 900 END,
            CASE WHEN k % 7 > 0 THEN k % 50 || ' ' || (ARRAY['Lê Lợi', 'Lý Thái Tổ', 'Trần Phú', 'Nguyễn Huệ', 'Điện Biên Phủ'])[1 + k % 5]
                                     || ', ' || (ARRAY['Hồng Gai', 'Bãi Cháy'])[1 + k % 2] END,
            (ARRAY[true, false, NULL])[1 + k % 3],
            CASE WHEN k % 3 < 2 THEN timestamptz '2026-11-01Z' + (k * 37) % 5000 * interval '1 minute' END
       FROM generate_series($3::int, $4::int) k`,
    ids,
  );
  await client.query(
    `INSERT INTO groups (tenant, group_id, kind) SELECT $1, 'G' || k, 'electricity_area' FROM generate_series(1, 12) k ON CONFLICT DO NOTHING`,
    [tenant],
  );
  await client.query(
    `INSERT INTO members (tenant, group_id, device_id, role, valid_from, valid_to)
     SELECT $1, 'G' || (1 + (k + n) % 12), $2 || (k * 7919) % 100003, 'consumer', timestamptz '2025-01-01Z' + n * interval '100 days',
            CASE WHEN n = 1 OR k % 8 > 0 THEN 'infinity' ELSE timestamptz '2026-06-01Z' END
       FROM generate_series($3::int, $4::int) k, generate_series(0, 1) n WHERE k % 4 > 0 AND (n = 0 OR k % 5 = 0)`,
    ids,
  );
  await client.query(
    `INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ($1, 'm', '{}')`,
    [tenant],
  );
  await client.query(
    `INSERT INTO health (tenant, device_id, quantity, run_id, indication, recommendation, error_estimate, "limit", offset_estimate,
       probability_over_limit, probability_drifted, exit_date_median, minimum_detectable, group_id, legal_status, valid_until, model_version)
     SELECT $1, d.device_id, q.quantity, (SELECT max(run_id) FROM analysis_runs WHERE tenant = $1),
            (ARRAY['within_limits', 'drift_likely', 'stopped', 'not_resolvable'])[1 + k % 4],
            (ARRAY['none', 'none', 'watch', 'inspect', 'reverify'])[1 + k % 5],
            CASE WHEN k % 3 > 0 THEN ((k * 17) % 41 - 20) / 100.0 END, (ARRAY[0.01, 0.05, 0])[1 + k % 3],
            CASE WHEN k % 3 = 0 THEN (k % 9) / 10.0 END, CASE WHEN k % 2 > 0 THEN (k % 10) / 10.0 END,
            CASE WHEN k % 4 > 0 THEN (k % 20) / 20.0 END, CASE WHEN k % 5 = 0 THEN date '2027-01-01' + k % 30 END,
            CASE WHEN k % 3 > 0 THEN (k % 13) / 1000.0 END, CASE WHEN k % 7 > 0 THEN 'G' || (1 + k % 12) END,
            (ARRAY['valid', 'due_soon', 'expired', 'unknown'])[1 + k % 4], CASE WHEN k % 5 > 0 THEN date '2026-06-01' + k % 500 END, 'm'
       FROM (SELECT *, (abs(hashtext(device_id)) % 10007)::int AS k FROM devices WHERE tenant = $1) d
       CROSS JOIN LATERAL (
         SELECT unnest(CASE d.kind WHEN 'environment_sensor' THEN ARRAY['pm2_5', 'pm10', 'no2'] WHEN 'gateway' THEN ARRAY['']
                                   WHEN 'water_meter' THEN ARRAY['water_volume'] ELSE ARRAY['active_energy_import'] END) AS quantity) q
      WHERE d.k % 3 <> 1
     ON CONFLICT DO NOTHING`,
    [tenant],
  );
  await client.query(
    `INSERT INTO findings (tenant, device_id, quantity, status, indication)
     SELECT h.tenant, h.device_id, h.quantity, s.status, h.indication
       FROM health h, unnest(ARRAY['dismissed', 'open', 'verified']) WITH ORDINALITY AS s (status, n)
      WHERE h.tenant = $1 AND hashtext(h.device_id || s.status) % 3 = 0
        AND NOT EXISTS (SELECT FROM findings f WHERE f.tenant = h.tenant AND f.device_id = h.device_id AND f.quantity = h.quantity)
      ORDER BY s.n`,
    [tenant],
  );
  await client.query(
    `INSERT INTO device_clocks (tenant, device_id, state, since, last_received_at)
     SELECT tenant, device_id, 'ok', '2026-11-01Z', timestamptz '2026-11-01Z' + abs(hashtext(device_id)) % 5000 * interval '1 minute'
       FROM devices WHERE tenant = $1 AND hashtext(device_id) % 2 = 0 ON CONFLICT DO NOTHING`,
    [tenant],
  );
  await client.query(
    `INSERT INTO legal_states (tenant, device_id, kind, state, due_on, due_earliest, due_latest, reasons, rules)
     SELECT tenant, device_id, kind, state, CASE WHEN state = 'dated' AND k % 2 = 0 THEN day END,
            CASE WHEN state = 'dated' THEN day END, CASE WHEN state = 'dated' THEN day + k % 3 * 20 END, '{}', '{}'
       FROM (SELECT d.*, abs(hashtext(device_id)) % 1009 AS k, current_date - 60 + abs(hashtext(device_id)) % 400 AS day,
                    (ARRAY['dated', 'dated', 'dated', 'void', 'not_regulated', 'unknown'])[1 + abs(hashtext(device_id)) % 6] AS state
               FROM devices d WHERE tenant = $1) d
      WHERE k % 3 > 0 ON CONFLICT DO NOTHING`,
    [tenant],
  );
}
