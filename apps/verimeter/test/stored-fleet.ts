import type { FleetInput } from '@verimeter/drift';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, ensureTenant, type Pool, withTransaction } from '@verimeter/registry';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { expect, vi } from 'vitest';

const VOLTAGES = ['voltage_l1', 'voltage_l2', 'voltage_l3'];
const ROWS_AT_A_TIME = 50_000;

export interface StoredFleet {
  /** Stores the readings from one grid point to another, both included, but for those that are held back. */
  readonly store: (from: number, to: number, heldBack?: HeldBack) => Promise<void>;
  /** The same as one batch that arrives now, as of meters that send once a day. */
  readonly send: (from: number, to: number) => Promise<void>;
  /** Stores what was held back, as arrived now, or as stamped with a time at which it was not yet there. */
  readonly arrive: (late: HeldBack, stamped?: 'when it was read') => Promise<void>;
}

/** Readings of a meter between two grid points, both included. */
export interface HeldBack {
  readonly deviceId: string;
  readonly from: number;
  readonly to: number;
}

const isIn = ({ deviceId, from, to }: HeldBack, id: string, k: number): boolean =>
  id === deviceId && k >= from && k <= to;

/** Registers the meters and areas of a simulated fleet as a tenant; a lot is a model. */
export async function registerFleet(
  pool: Pool,
  tenant: string,
  { grid, meters, areas }: FleetInput,
): Promise<StoredFleet> {
  const idOf = (meter: number): string => meters[meter]?.deviceId ?? '';
  await ensureTenant(pool, tenant);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, model, accuracy_class)
     SELECT $1, d, 'electricity_meter', m, c FROM unnest($2::text[], $3::text[], $4::text[]) AS t (d, m, c)`,
    [
      tenant,
      meters.map(({ deviceId }) => deviceId),
      meters.map(({ lot }) => lot),
      meters.map(({ limit }) => (limit < 0.01 ? '0.5S' : '1')),
    ],
  );
  await pool.query(
    `INSERT INTO groups (tenant, group_id, kind) SELECT $1, g, 'electricity_area' FROM unnest($2::text[]) AS g`,
    [tenant, areas.map(({ groupId }) => groupId)],
  );
  const members = areas.flatMap((area) =>
    area.members.map((member) => ({ ...member, groupId: area.groupId })),
  );
  await pool.query(
    `INSERT INTO members (tenant, group_id, device_id, role)
     SELECT $1, g, d, r FROM unnest($2::text[], $3::text[], $4::text[]) AS t (g, d, r)`,
    [
      tenant,
      members.map(({ groupId }) => groupId),
      members.map(({ meter }) => idOf(meter)),
      members.map(({ role }) => role),
    ],
  );
  const series = meters.flatMap(({ deviceId, importRegister, voltages }) => [
    { deviceId, quantity: 'active_energy_import', unit: 'kW.h', values: importRegister },
    ...voltages.map((values, phase) => ({
      deviceId,
      quantity: VOLTAGES[phase] ?? '',
      unit: 'V',
      values,
    })),
  ]);
  const channels = await withTransaction(pool, (client) =>
    ensureChannels(
      client,
      series.map(({ deviceId, quantity, unit }) => ({ tenant, deviceId, quantity, unit })),
    ),
  );
  const channelOf = new Map(
    channels.map(({ deviceId, quantity, channelId }) => [`${deviceId} ${quantity}`, channelId]),
  );
  const readings = createTimescaleStore(pool);
  async function write(
    wanted: (deviceId: string, k: number) => boolean,
    span: { readonly from: number; readonly to: number },
    receivedUs?: number,
  ): Promise<void> {
    let batch = createReadingBatch(ROWS_AT_A_TIME);
    const flush = async (): Promise<void> => {
      const full = batch;
      batch = createReadingBatch(ROWS_AT_A_TIME);
      await withTransaction(pool, (client) => readings.write(client, full));
    };
    for (const { deviceId, quantity, values } of series)
      for (let k = span.from; k <= span.to; k++) {
        const value = values[k] ?? NaN;
        if (!Number.isFinite(value) || !wanted(deviceId, k)) continue;
        const us = grid.startUs + k * grid.stepUs;
        const row = batch.length++;
        batch.channelId[row] = channelOf.get(`${deviceId} ${quantity}`) ?? -1;
        batch.tsUs[row] = us;
        batch.value[row] = value;
        batch.receivedAtUs[row] = receivedUs ?? us;
        // oxlint-disable-next-line no-await-in-loop
        if (batch.length === ROWS_AT_A_TIME) await flush();
      }
    await flush();
  }
  return {
    store: (from, to, heldBack) =>
      write((id, k) => heldBack === undefined || !isIn(heldBack, id, k), { from, to }),
    async send(from, to) {
      await write(() => true, { from, to }, Date.now() * 1000);
      await untilShown(pool);
    },
    arrive: (late, stamped) =>
      write(
        (id, k) => isIn(late, id, k),
        late,
        stamped === undefined ? Date.now() * 1000 : undefined,
      ),
  };
}

/** What has been committed counts as shown when no transaction that is older, of any database of the cluster, is open. */
async function untilShown(pool: Pool): Promise<void> {
  const own = await pool.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
  await vi.waitFor(async () => {
    const open = await pool.query<{ older: boolean }>(
      'SELECT pg_snapshot_xmin(pg_current_snapshot()) <= $1::xid8 AS older',
      [own.rows[0]?.xid],
    );
    expect(open.rows[0]?.older).toBe(false);
  }, 60_000);
}
