import { writeIntervalDays } from '@verimeter/registry';
import { type Fixture, insertReadings } from './fixture.ts';

/** A home in Ha Long whose bills of August, September and October 2026 are the same, with the area around it. */
export const HOME = 'PA23-0417';

const HOUR_MS = 3_600_000;
const DAY_US = 86_400e6;
const STEP_US = 900e6;
/** 15 June 2026, 00:00 in Ho Chi Minh. */
const FROM_MS = Date.UTC(2026, 5, 14, 17);
const DAYS = 159;
/** What the months come to, kWh; a bill is in whole ones. */
const MONTHS: Readonly<Record<string, number>> = {
  '2026-06': 181.4,
  '2026-07': 344.9,
  '2026-08': 310.2,
  '2026-09': 309.8,
  '2026-10': 310.4,
  '2026-11': 201.7,
};

const localDay = (day: number): string =>
  new Date(FROM_MS + day * 24 * HOUR_MS + 7 * HOUR_MS).toISOString().slice(0, 10);

/** A home uses more on some days than on others, the same each time this runs. */
const weightOf = (day: number): number => 1 + 0.35 * Math.sin(day * 1.7) + 0.2 * Math.sin(day / 5);

/** Registers by the hour; the hour of 5 October 18:00 to 7 October 06:00 is missing. */
export function billedReadings(): { ts: string; value: number }[] {
  const days = Array.from({ length: DAYS }, (_, day) => ({
    month: localDay(day).slice(0, 7),
    weight: weightOf(day),
  }));
  const weights = new Map<string, number>();
  for (const { month, weight } of days) weights.set(month, (weights.get(month) ?? 0) + weight);
  let value = 10_452.318;
  const readings = [{ ts: new Date(FROM_MS).toISOString(), value }];
  for (const [day, { month, weight }] of days.entries()) {
    const use = ((MONTHS[month] ?? 0) * weight) / (weights.get(month) ?? 1);
    for (let hour = 1; hour <= 24; hour++) {
      value += use / 24;
      const at = FROM_MS + (day * 24 + hour) * HOUR_MS;
      if (at > Date.UTC(2026, 9, 5, 11) && at < Date.UTC(2026, 9, 6, 23)) continue;
      readings.push({ ts: new Date(at).toISOString(), value: Math.round(value * 1000) / 1000 });
    }
  }
  return readings;
}

export async function registerBilledHome({ database }: Fixture): Promise<void> {
  const { servicePool } = database;
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, type_approval, accuracy_class, nominal, phases, technology,
                          built_year, installed_on, address)
     VALUES ('a', $1, 'electricity_meter', '2108834417', 'EMIC', 'CE-18G', 'PDM 035-2018', '1', '5(80)', 1, 'electronic', 2021,
             '2021-09-14', 'Số 12, đường Lê Thánh Tông, phường Hồng Gai, Hạ Long')`,
    [HOME],
  );
  await servicePool.query(
    `INSERT INTO groups (tenant, group_id, kind, name, technical_loss) VALUES ('a', 'TBA-HG-07', 'electricity_area', 'Trạm Hồng Gai 7', 0.03)`,
  );
  for (const [device, role, amount] of [
    ['TBA-HG-07-SUM', 'supply', 1],
    [HOME, 'consumer', 0.1],
    ['PA23-0418', 'consumer', 0.86],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await servicePool.query<{ channel_id: number }>(
      `WITH d AS (INSERT INTO devices (tenant, device_id, kind) VALUES ('a', $1, 'electricity_meter') ON CONFLICT DO NOTHING),
            m AS (INSERT INTO members (tenant, group_id, device_id, role) VALUES ('a', 'TBA-HG-07', $1, $2))
       INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('a', $1, 'active_energy_import', 'kW.h') RETURNING channel_id`,
      [device, role],
    );
    const channelId = rows[0]?.channel_id ?? Number.NaN;
    const firstUs = Date.UTC(2026, 9, 1) * 1000;
    const days = Array.from({ length: 50 }, (_, day) => {
      const dayUs = firstUs + day * DAY_US;
      return {
        channelId,
        dayUs,
        intervals: Array.from({ length: 96 }, (_step, k) => ({
          startUs: dayUs + k * STEP_US,
          endUs: dayUs + (k + 1) * STEP_US,
          fromUs: dayUs + k * STEP_US,
          toUs: dayUs + (k + 1) * STEP_US,
          amount,
          coverage: 1,
          quality: ['exact' as const],
        })),
      };
    });
    // oxlint-disable-next-line no-await-in-loop
    await writeIntervalDays(servicePool, 'a', 1, days);
  }
  await insertReadings(
    database,
    { deviceId: HOME, quantity: 'active_energy_import' },
    billedReadings(),
  );
  await servicePool.query(
    `INSERT INTO analysis_runs (tenant, model_version, configuration, as_of, finished_at)
     VALUES ('a', 'electricity-9', '{"list":0.02}', '2026-11-20T17:00Z', now());
     INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, standard_error, interval_low,
       interval_high, "limit", in_service_limit, probability_over_limit, probability_over_in_service_limit, probability_drifted,
       minimum_detectable, evidence_days, group_id, group_status, legal_status, model_version, evidence)
     SELECT 'a', '${HOME}', 'active_energy_import', max(run_id), '2026-11-20T17:00Z', 'within_limits', 'none', 0.0012, 0.0028, -0.0043, 0.0067,
            0.01, 0.02, 0.0008, 0, 0.004, 0.0071, 158, 'TBA-HG-07', 'ok', 'valid', 'electricity-9',
            '[{"code":"balance","values":{"data_sd":0.0028}}]'
       FROM analysis_runs WHERE model_version = 'electricity-9';
     UPDATE group_health SET status = 'ok' WHERE group_id = 'TBA-HG-07';
     INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at)
     SELECT 'a', channel_id, '2026-11-10T02:00Z', 11999.5, '2026-11-10T03:00Z' FROM channels
      WHERE device_id = '${HOME}' AND quantity = 'active_energy_import'`,
  );
}
