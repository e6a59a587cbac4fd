import type {
  Candidate,
  ClockDetail,
  Device,
  DeviceEvent,
  Group,
  Language,
  Member,
} from '@verimeter/api-schema';
import type { TenantReadings } from '@verimeter/reading-store';
import type { PoolClient, Queryable } from '@verimeter/registry';
import { eventNameOf, formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CLOCK_COLUMNS, type ClockRow, toClock } from '../clock.ts';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { type ProvisionalRow, provisionalColumns, withProvisional } from '../provisional.ts';
import { notFound } from '../problem-error.ts';

type DeviceRow = Omit<Device, 'online_at'> & { online_at: number | null };
type GroupRow = Omit<Group, 'as_of' | 'provisional'> & ProvisionalRow & { as_of: number | null };

// Row-level security adds the tenant. Order and comparison by bytes, whatever the collation of the database.
const DEVICE_COLUMNS = `device_id, kind, serial, manufacturer, model, type_approval, accuracy_class, nominal, ratio,
  phases, built_year, installed_on, verified_on, valid_until, valid_until_precision, technology, category, lat, lon, address, online, online_at`;
const SPELLED_SERIAL = String.raw`upper(regexp_replace(serial, '\s', '', 'g'))`;
const GROUPS = `SELECT g.group_id, g.kind, g.name, g.technical_loss, h.status, h.as_of, ${provisionalColumns('h')}
  FROM groups g LEFT JOIN group_health h USING (tenant, group_id)`;

const lastId = z.tuple([z.string()]);

const toDevice = (row: DeviceRow): Device => ({ ...row, online_at: instantOrNull(row.online_at) });
const toGroup = (row: GroupRow): Group => ({
  ...withProvisional(row),
  as_of: instantOrNull(row.as_of),
});

/** @throws {ProblemError} `not_found` */
export async function requireDevice(client: Queryable, deviceId: string): Promise<void> {
  const found = await client.query('SELECT FROM devices WHERE device_id = $1', [deviceId]);
  if (found.rowCount === 0) throw notFound('device', deviceId);
}

async function latestReadings(
  readings: TenantReadings<PoolClient>,
  client: PoolClient,
  deviceId: string,
) {
  const channels = await readings.latest(client, [deviceId]);
  return channels.map(({ quantity, unit, latest }) => ({
    quantity,
    unit,
    latest: latest === null ? null : { ts: formatTimestamp(latest.tsUs), value: latest.value },
  }));
}

/** Reports of a device that its page shows. */
const EVENTS_SHOWN = 20;

async function newestEvents(client: Queryable, deviceId: string): Promise<DeviceEvent[]> {
  const { rows } = await client.query<
    Pick<DeviceEvent, 'event' | 'state' | 'detail'> & { ts: number; received_at: number }
  >(
    `SELECT ts, event, state, detail, received_at FROM device_events WHERE device_id = $1
      ORDER BY ts DESC, id DESC LIMIT $2`,
    [deviceId, EVENTS_SHOWN],
  );
  return rows.map(({ ts, event, state, detail, received_at }) => {
    const { type = null, name = null, condition = null } = eventNameOf(event, state);
    return {
      ts: formatTimestamp(ts),
      event,
      type,
      name,
      condition,
      state,
      detail,
      received_at: formatTimestamp(received_at),
    };
  });
}

async function membersOf(client: Queryable, groupId: string): Promise<Member[]> {
  const { rows } = await client.query<
    Omit<Member, 'from' | 'to'> & { valid_from: number; valid_to: number }
  >(
    `SELECT device_id, role, valid_from, valid_to, feeder FROM members WHERE group_id = $1
      ORDER BY device_id COLLATE "C", valid_from`,
    [groupId],
  );
  return rows.map(({ valid_from, valid_to, device_id, role, feeder }) => ({
    device_id,
    role,
    from: instantOrNull(valid_from),
    to: instantOrNull(valid_to),
    feeder,
  }));
}

async function clockOf(
  client: Queryable,
  deviceId: string,
  language: Language,
): Promise<ClockDetail | null> {
  const { rows } = await client.query<ClockRow & ClockDetail['messages']>(
    `SELECT ${CLOCK_COLUMNS}, m.*
       FROM device_clocks c
       CROSS JOIN LATERAL (
         SELECT coalesce(sum(o.messages + o.unset + o.arrival), 0)::int8 AS total, coalesce(sum(o.future), 0)::int8 AS future,
                coalesce(sum(o.late), 0)::int8 AS late, coalesce(sum(o.unset), 0)::int8 AS unset, coalesce(sum(o.arrival), 0)::int8 AS without_time
           FROM clock_observations o
          WHERE o.device_id = c.device_id AND o.slot > c.last_received_at - interval '3 days') m
      WHERE c.device_id = $1`,
    [deviceId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { total, future, late, unset, without_time } = row;
  return { ...toClock(row, language), messages: { total, future, late, unset, without_time } };
}

export function registerFleetRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listDevices', async (client, { principal, query }) => {
    const page = pageOf({ list: 'devices', tenant: principal.tenant }, query, lastId);
    const { rows } = await client.query<DeviceRow>(
      `SELECT ${DEVICE_COLUMNS} FROM devices d
        WHERE ($1::text[] IS NULL OR kind = ANY ($1))
          AND ($2::text IS NULL
               OR EXISTS (SELECT FROM members m WHERE m.device_id = d.device_id AND m.group_id = $2))
          AND ($3::text IS NULL OR device_id COLLATE "C" > $3)
          AND ($5::text[] IS NULL
               OR EXISTS (SELECT FROM device_clocks c WHERE c.device_id = d.device_id AND c.state = ANY ($5)))
          AND ($6::text IS NULL OR ${SPELLED_SERIAL} = upper(regexp_replace($6, '\\s', '', 'g')))
        ORDER BY device_id COLLATE "C" LIMIT $4`,
      [
        query.kind ?? null,
        query.group ?? null,
        page.after?.[0] ?? null,
        page.limit + 1,
        query.clock ?? null,
        query.serial ?? null,
      ],
    );
    return page.of(rows, toDevice, (row) => [row.device_id]);
  });

  mountTenantOperation(app, context, 'getDevice', async (client, { params, request, reply }) => {
    const { rows } = await client.query<DeviceRow>(
      `SELECT ${DEVICE_COLUMNS} FROM devices WHERE device_id = $1`,
      [params.device_id],
    );
    const [row] = rows;
    if (row === undefined) throw notFound('device', params.device_id);
    return {
      ...toDevice(row),
      clock: await clockOf(client, params.device_id, languageOf(request, reply)),
      channels: await latestReadings(await context.tenantReadings(), client, params.device_id),
      events: await newestEvents(client, params.device_id),
    };
  });

  mountTenantOperation(app, context, 'listGroups', async (client, { principal, query }) => {
    const page = pageOf({ list: 'groups', tenant: principal.tenant }, query, lastId);
    const { rows } = await client.query<GroupRow>(
      `${GROUPS}
        WHERE ($1::text[] IS NULL OR g.kind = ANY ($1))
          AND ($2::text[] IS NULL OR h.status = ANY ($2))
          AND ($3::text IS NULL OR g.group_id COLLATE "C" > $3)
        ORDER BY g.group_id COLLATE "C" LIMIT $4`,
      [query.kind ?? null, query.status ?? null, page.after?.[0] ?? null, page.limit + 1],
    );
    return page.of(rows, toGroup, (row) => [row.group_id]);
  });

  mountTenantOperation(app, context, 'getGroup', async (client, { params }) => {
    const { rows } = await client.query<GroupRow & { candidates: Candidate[] | null }>(
      `SELECT g.*, h.candidates FROM (${GROUPS} WHERE g.group_id = $1) g
         LEFT JOIN group_health h USING (group_id)`,
      [params.group_id],
    );
    const [row] = rows;
    if (row === undefined) throw notFound('group', params.group_id);
    const { candidates, ...group } = row;
    return {
      ...toGroup(group),
      members: await membersOf(client, params.group_id),
      candidates: candidates ?? [],
    };
  });
}
