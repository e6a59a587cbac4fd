import type { CustomerRequest, EvidencePack } from '@verimeter/api-schema';
import { balancedQuantity } from '@verimeter/metrology';
import {
  type Person,
  type PoolClient,
  type VerificationRow,
  readToday,
  toVerifications,
  VERIFICATION_COLUMNS,
} from '@verimeter/registry';
import { type ClockState, findQuantity, formatTimestamp } from '@verimeter/telemetry';
import { readDeviceLegalState } from '../device-legal-state.ts';
import type { Source } from '../reading-buckets.ts';
import { verifiedDevices } from '../routes/verifications.ts';
import { toVerificationItem } from '../verification-item.ts';
import { readBalanceRecord } from './balance-record.ts';
import { readEstimates } from './estimate-record.ts';
import { readReadingFacts } from './reading-facts.ts';
import { readRegisterRecord, type RegisterPlace } from './register-record.ts';

type Device = EvidencePack['device'];

/** Verifications that are shown with their test points. */
const SHOWN = 10;
/** Of a day that counts as whole. */
const WHOLE_DAY = 0.99;
const DAY_US = 86_400e6;

export interface PackWish {
  readonly documentId: string;
  readonly tenant: string;
  readonly zone: string;
  readonly deviceId: string;
  readonly request: CustomerRequest | null;
  readonly days: number;
  readonly by: Person;
  readonly link: string | null;
  readonly nowUs: number;
}

async function readDevice(client: PoolClient, deviceId: string): Promise<Device | undefined> {
  const { rows } = await client.query<Device>(
    `SELECT device_id, kind, serial, manufacturer, model, type_approval, accuracy_class, nominal, phases, technology, built_year,
            installed_on, address
       FROM devices WHERE device_id = $1`,
    [deviceId],
  );
  return rows[0];
}

/** The register that the device is billed by, with its last reading. */
async function placeOf(
  { client, readings }: Source,
  device: Device,
  { tenant, zone }: PackWish,
): Promise<RegisterPlace | undefined> {
  const channels = await readings.latest(client, [device.device_id]);
  const registers = channels.filter(({ quantity }) => findQuantity(quantity)?.kind === 'register');
  const balanced = balancedQuantity(device.kind);
  const channel = registers.find(({ quantity }) => quantity === balanced) ?? registers[0];
  if (channel === undefined || channel.latest === null) return undefined;
  const { quantity, unit, latest } = channel;
  return { tenant, deviceId: device.device_id, quantity, unit, zone, last: latest };
}

async function readVerifications(client: PoolClient, tenant: string, deviceId: string) {
  const { rows } = await client.query<VerificationRow>(
    `SELECT ${VERIFICATION_COLUMNS} FROM verifications
      WHERE tenant = $1 AND device_id = $2 AND withdrawn_at IS NULL ORDER BY verified_on DESC, record_id DESC`,
    [tenant, deviceId],
  );
  const records = toVerifications(rows);
  const device = (await verifiedDevices(client, [deviceId])).get(deviceId);
  return {
    verifications: records
      .slice(0, SHOWN)
      .flatMap((record) => (device === undefined ? [] : [toVerificationItem(record, device)])),
    verifications_left_out: Math.max(0, records.length - SHOWN),
  };
}

async function readClock(client: PoolClient, deviceId: string): Promise<EvidencePack['clock']> {
  const { rows } = await client.query<
    Omit<NonNullable<EvidencePack['clock']>, 'since' | 'state'> & {
      state: ClockState;
      since: number;
    }
  >(
    `SELECT state, offset_s AS offset_seconds, zone_minutes, rate_s_per_day AS rate_seconds_per_day, step_s AS interval_seconds, jumps,
            since
       FROM device_clocks WHERE device_id = $1`,
    [deviceId],
  );
  const [row] = rows;
  return row === undefined ? null : { ...row, since: formatTimestamp(row.since) };
}

/** All that an evidence pack says, of this moment; undefined: the tenant has no such device. */
export async function collectEvidence(
  source: Source,
  wish: PackWish,
): Promise<EvidencePack | undefined> {
  const { client } = source;
  const { tenant, zone, deviceId, nowUs } = wish;
  const device = await readDevice(client, deviceId);
  const legal = await readDeviceLegalState(client, tenant, deviceId);
  if (device === undefined || legal === undefined) return undefined;
  const place = await placeOf(source, device, wish);
  const register =
    place === undefined ? undefined : await readRegisterRecord(source, place, wish.days);
  const toUs = register?.toUs ?? nowUs;
  const fromUs = register?.fromUs ?? nowUs - wish.days * DAY_US;
  const days = register?.record.days ?? [];
  const facts = await readReadingFacts(client, {
    deviceId,
    quantity: place?.quantity ?? '',
    fromUs,
    toUs,
  });
  return {
    form: 1,
    document_id: wish.documentId,
    tenant,
    zone,
    made_at: formatTimestamp(nowUs),
    made_on: await readToday(client, tenant),
    made_by: { ...wish.by },
    link: wish.link,
    request: wish.request,
    device,
    window: {
      from: formatTimestamp(fromUs),
      to: formatTimestamp(place?.last.tsUs ?? toUs),
      days: wish.days,
    },
    register: register?.record ?? null,
    readings: {
      // The last day is not over.
      missing_days: days
        .slice(0, -1)
        .flatMap(({ day, coverage }) =>
          coverage !== null && coverage < WHOLE_DAY ? [{ day, coverage }] : [],
        ),
      ...facts,
    },
    balance: await readBalanceRecord(
      client,
      { deviceId, zone, fromUs, toUs },
      new Map(days.map(({ day, amount }) => [day, amount])),
    ),
    estimates: await readEstimates(client, deviceId, zone),
    legal,
    ...(await readVerifications(client, tenant, deviceId)),
    clock: await readClock(client, deviceId),
  };
}
