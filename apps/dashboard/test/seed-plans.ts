import { createHash } from 'node:crypto';
import { ensureTenant, publishHealth, startRun, withTransaction } from '@verimeter/registry';
import { healthRow, type TestDatabase } from '@verimeter/test-support';

export const TENANT = 'demo';
export const keyOf = (role: string): string => `vm_${role}_key_of_the_plan_tests`;

const DAY_US = 86_400_000_000;
const STREETS = ['Lê Lợi', 'Trần Hưng Đạo', 'Nguyễn Văn Cừ', 'Hạ Long', 'Cao Xanh', 'Kênh Liêm'];
/** 90 electricity meters in two areas, ten water meters of which one has no place. */
const FLEET = 100;

const dayAfter = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A fleet around Hạ Long: some of it overdue, some drifted, most of it neither. */
export async function seedPlans({ servicePool }: TestDatabase): Promise<void> {
  await ensureTenant(servicePool, TENANT);
  for (const role of ['viewer', 'operator', 'admin'])
    // oxlint-disable-next-line no-await-in-loop -- three
    await servicePool.query(
      'INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ($1, $2, $1, $3)',
      [role, TENANT, createHash('sha256').update(keyOf(role)).digest()],
    );
  await servicePool.query(
    `INSERT INTO groups (tenant, group_id, kind, name)
     VALUES ($1, 'TBA-01', 'electricity_area', 'Bãi Cháy 4'), ($1, 'TBA-02', 'electricity_area', 'Cao Xanh 1'),
            ($1, 'DMA-02', 'water_district', 'Hồng Gai')`,
    [TENANT],
  );
  const devices = Array.from({ length: FLEET }, (_unused, index) => {
    const water = index >= 90;
    const street = index % STREETS.length;
    const id = water
      ? `W-${String(index - 89).padStart(4, '0')}`
      : `E-${String(index + 1).padStart(4, '0')}`;
    return {
      id,
      kind: water ? 'water_meter' : 'electricity_meter',
      group: water ? 'DMA-02' : street < 3 ? 'TBA-01' : 'TBA-02',
      address: `${2 * index + 1} ${STREETS[street]}, Hạ Long`,
      lat: id === 'W-0010' ? null : 20.95 + street * 0.004 + (index % 17) * 0.0002,
      lon: id === 'W-0010' ? null : 107.08 + (street % 3) * 0.006 + (index % 13) * 0.0003,
      // a fifth is overdue, a fifth ends within the next months
      validUntil: index % 5 === 0 ? dayAfter(-20 - index) : dayAfter(10 + 9 * index),
    };
  });
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, phases, built_year, verified_on, valid_until,
                          address, lat, lon)
     SELECT $1, id, kind, 'SN' || id, 'Gelex', CASE kind WHEN 'water_meter' THEN 'GWM-15' ELSE 'CE-18' END,
            CASE kind WHEN 'water_meter' THEN '2' ELSE '1' END, 1, 2019, '2019-05-01', until, address, lat, lon
       FROM unnest($2::text[], $3::text[], $4::text[], $5::date[], $6::float8[], $7::float8[]) AS d (id, kind, address, until, lat, lon)`,
    [
      TENANT,
      devices.map(({ id }) => id),
      devices.map(({ kind }) => kind),
      devices.map(({ address }) => address),
      devices.map(({ validUntil }) => validUntil),
      devices.map(({ lat }) => lat),
      devices.map(({ lon }) => lon),
    ],
  );
  await servicePool.query(
    `INSERT INTO members (tenant, group_id, device_id, role)
     SELECT $1, group_id, id, 'consumer' FROM unnest($2::text[], $3::text[]) AS m (id, group_id)`,
    [TENANT, devices.map(({ id }) => id), devices.map(({ group }) => group)],
  );
  const asOfUs = Math.floor((Date.now() * 1000) / DAY_US) * DAY_US;
  await withTransaction(servicePool, async (client) => {
    const runId = await startRun(client, {
      tenant: TENANT,
      asOfUs,
      modelVersion: 'electricity-1',
      configuration: {},
    });
    await publishHealth(client, {
      tenant: TENANT,
      runId,
      health: devices.map(({ id, kind, group, validUntil }, index) => {
        const drifted = index % 11 === 4;
        const error = drifted ? -0.028 : ((index % 9) - 4) / 1500;
        return healthRow({
          deviceId: id,
          asOfUs,
          quantity: kind === 'water_meter' ? 'water_volume' : 'active_energy_import',
          indication: drifted ? 'drift_likely' : 'within_limits',
          recommendation: drifted ? 'reverify' : 'none',
          errorEstimate: error,
          standardError: 0.003,
          intervalLow: error - 0.0059,
          intervalHigh: error + 0.0059,
          limit: kind === 'water_meter' ? 0.05 : 0.01,
          probabilityOverLimit: drifted ? 0.99 : 0.01 + (index % 7) / 50,
          probabilityDrifted: drifted ? 0.98 : 0.1,
          groupId: group,
          groupStatus: 'ok',
          legalStatus: index % 5 === 0 ? 'expired' : 'valid',
          validUntil,
          modelVersion: 'electricity-1',
        });
      }),
      history: [],
      groups: [],
      replace: 'all',
    });
    await client.query(`UPDATE health SET mean_load = 350 WHERE tenant = $1`, [TENANT]);
  });
}
