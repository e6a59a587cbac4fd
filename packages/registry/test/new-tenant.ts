import { type Pool, ensureTenant } from '../src/index.ts';

let tenants = 0;

/** A tenant that no other test of the file has, with electricity meters m1 to m9. */
export async function newTenant(pool: Pool): Promise<string> {
  const tenant = `tenant-${String((tenants += 1))}`;
  await ensureTenant(pool, tenant, 'Asia/Ho_Chi_Minh');
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, verified_on, lat)
     SELECT $1, 'm' || i, 'electricity_meter', '2024-02-29', 10.75 FROM generate_series(1, 9) i`,
    [tenant],
  );
  return tenant;
}
