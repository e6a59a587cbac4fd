import type { VerificationInputItem } from '@verimeter/api-schema';
import {
  categoryOfKind,
  isCalendarDate,
  isInstrumentCategory,
  pointLimit,
} from '@verimeter/metrology';
import {
  type PoolClient,
  type StoredVerification,
  type VerificationRow,
  VERIFICATION_COLUMNS,
  correctVerification,
  enterVerification,
  findVerification,
  readPastVersions,
  readToday,
  readVerification,
  refreshLegalStates,
  settleVerifications,
  toVerifications,
  withdrawVerification,
} from '@verimeter/registry';
import type { DeviceKind } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { personOf } from '../person.ts';
import { ProblemError, notFound } from '../problem-error.ts';
import {
  type VerifiedDevice,
  toVerificationInput,
  toVerificationItem,
} from '../verification-item.ts';

interface DeviceRow {
  device_id: string;
  kind: DeviceKind;
  category: string | null;
  serial: string | null;
  accuracy_class: string | null;
}

/** What the registry says of some devices, by id. */
export async function verifiedDevices(
  client: PoolClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, VerifiedDevice>> {
  const { rows } = await client.query<DeviceRow>(
    'SELECT device_id, kind, category, serial, accuracy_class FROM devices WHERE device_id = ANY ($1)',
    [ids],
  );
  return new Map(
    rows.map(({ device_id: id, kind, category, serial, accuracy_class: written }) => {
      return [
        id,
        {
          serial,
          category:
            category !== null && isInstrumentCategory(category) ? category : categoryOfKind(kind),
          limitAt: (point) => pointLimit(kind, written ?? undefined, point),
        },
      ];
    }),
  );
}

const UNKNOWN: VerifiedDevice = { serial: null, category: undefined, limitAt: () => undefined };

async function toItem(client: PoolClient, record: StoredVerification) {
  const devices = await verifiedDevices(client, [record.deviceId]);
  return toVerificationItem(record, devices.get(record.deviceId) ?? UNKNOWN);
}

/** @throws {ProblemError} for a device that is not registered, or a day that has not come */
async function requirePossible(
  client: PoolClient,
  tenant: string,
  input: VerificationInputItem,
  at: string,
): Promise<void> {
  const devices = await verifiedDevices(client, [input.device_id]);
  if (!devices.has(input.device_id)) throw notFound('device', input.device_id);
  const today = await readToday(client, tenant);
  if (input.verified_on > today)
    throw new ProblemError('invalid_request', 'The verification cannot be kept as it is.', {
      errors: [
        {
          field: `${at}verified_on`,
          message: `is in the future (it is ${today} where the tenant is)`,
        },
      ],
    });
}

/** The record of the id. @throws {ProblemError} `not_found` */
async function requireRecord(
  client: PoolClient,
  tenant: string,
  id: number,
): Promise<StoredVerification> {
  const record = await readVerification(client, tenant, id, true);
  if (record === undefined) throw notFound('verification', id);
  return record;
}

/** @throws {ProblemError} `conflict` where another record has the key */
async function requireFree(
  client: PoolClient,
  tenant: string,
  input: VerificationInputItem,
  own?: number,
): Promise<void> {
  // Two that enter a verification of one device wait for each other.
  await client.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('verimeter.verification ' || $1 || ' ' || $2, 0))`,
    [tenant, input.device_id],
  );
  const other = await findVerification(client, tenant, {
    deviceId: input.device_id,
    verifiedOn: input.verified_on,
    certificateNo: input.certificate_no,
  });
  if (other === undefined || other.id === own) return;
  const which = `Verification ${other.id} is of this device, day and certificate number`;
  throw new ProblemError(
    'conflict',
    other.withdrawn === undefined
      ? `${which}; correct that one, or give the number of another certificate.`
      : `${which} and was withdrawn; correct that one, which then counts again.`,
  );
}

const afterRecord = z.tuple([z.string().refine(isCalendarDate), z.int()]);

export function registerVerificationRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listVerifications', async (client, { principal, query }) => {
    const { tenant } = principal;
    const page = pageOf({ list: 'verifications', tenant }, query, afterRecord);
    const { rows: keys } = await client.query<{ verified_on: string; record_id: number }>(
      `SELECT verified_on, record_id FROM verifications v
        WHERE ($1::text IS NULL OR device_id = $1) AND ($2::date IS NULL OR verified_on >= $2) AND ($3::date IS NULL OR verified_on <= $3)
          AND ($4::text[] IS NULL OR kind = ANY ($4)) AND ($5::text IS NULL OR body = $5) AND (withdrawn_at IS NOT NULL) = $6
          AND ($7::date IS NULL OR (verified_on, record_id) < ($7, $8))
        GROUP BY verified_on, record_id
       HAVING $9::text[] IS NULL OR CASE WHEN bool_or(result = 'fail') THEN 'fail' ELSE 'pass' END = ANY ($9)
        ORDER BY verified_on DESC, record_id DESC LIMIT $10`,
      [
        query.device_id ?? null,
        query.from ?? null,
        query.to ?? null,
        query.kind ?? null,
        query.body ?? null,
        query.withdrawn === 'true',
        page.after?.[0] ?? null,
        page.after?.[1] ?? null,
        query.result ?? null,
        page.limit + 1,
      ],
    );
    const { rows } = await client.query<VerificationRow>(
      `SELECT ${VERIFICATION_COLUMNS} FROM verifications WHERE record_id = ANY ($1) ORDER BY verified_on DESC, record_id DESC`,
      [keys.map((key) => key.record_id)],
    );
    const records = toVerifications(rows);
    const devices = await verifiedDevices(client, [
      ...new Set(records.map(({ deviceId }) => deviceId)),
    ]);
    return page.of(
      records,
      (record) => toVerificationItem(record, devices.get(record.deviceId) ?? UNKNOWN),
      (record) => [record.verifiedOn, record.id],
    );
  });

  mountTenantOperation(app, context, 'enterVerification', async (client, { principal, body }) => {
    const { tenant } = principal;
    await requirePossible(client, tenant, body, '');
    await requireFree(client, tenant, body);
    const input = toVerificationInput(body);
    const id = await enterVerification(client, tenant, input, personOf(principal));
    await refreshLegalStates(client, tenant, [input.deviceId]);
    const item = await toItem(client, await requireRecord(client, tenant, id));
    await settleVerifications(client, tenant, [id], personOf(principal));
    return item;
  });

  mountTenantOperation(app, context, 'getVerification', async (client, { principal, params }) => {
    const { tenant } = principal;
    const record = await readVerification(client, tenant, params.id);
    if (record === undefined) throw notFound('verification', params.id);
    const past = await readPastVersions(client, tenant, params.id);
    const history = await Promise.all(past.map((version) => toItem(client, version)));
    return { ...(await toItem(client, record)), history };
  });

  mountTenantOperation(app, context, 'correctVerification', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    await requirePossible(client, tenant, body.verification, 'verification.');
    const stored = await requireRecord(client, tenant, params.id);
    await requireFree(client, tenant, body.verification, stored.id);
    const input = toVerificationInput(body.verification);
    const change = { reason: body.reason, by: personOf(principal) };
    await correctVerification(client, tenant, stored, input, change);
    await refreshLegalStates(client, tenant, [...new Set([stored.deviceId, input.deviceId])]);
    const item = await toItem(client, await requireRecord(client, tenant, params.id));
    await settleVerifications(client, tenant, [params.id], change.by);
    return item;
  });

  mountTenantOperation(app, context, 'withdrawVerification', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const stored = await requireRecord(client, tenant, params.id);
    if (stored.withdrawn !== undefined)
      throw new ProblemError('conflict', `Verification ${stored.id} was withdrawn already.`);
    const change = { reason: body.reason, by: personOf(principal) };
    await withdrawVerification(client, tenant, stored, change);
    await refreshLegalStates(client, tenant, [stored.deviceId]);
    const item = await toItem(client, await requireRecord(client, tenant, params.id));
    await settleVerifications(client, tenant, [params.id], change.by);
    return item;
  });
}
