import { writePdf, writeWorkbook } from '@verimeter/documents';
import { errorLimit } from '@verimeter/metrology';
import { type PlannedDevice, planSheet, workOrdersContent } from '@verimeter/printed-forms';
import { type PoolClient, readPlan, readPlanItems, readWorkOrders } from '@verimeter/registry';
import type { DeviceKind } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { toItem } from '../plans/plan-shapes.ts';
import { ProblemError, notFound } from '../problem-error.ts';

/** Stops that one file holds: a page has about seven. */
const MOST_STOPS = 2000;

interface DeviceRow {
  readonly device_id: string;
  readonly kind: DeviceKind;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly accuracy_class: string | null;
  readonly verified_on: string | null;
  readonly result: 'pass' | 'fail' | null;
}

/** What a work order says of devices, by id. */
async function plannedDevices(
  client: PoolClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PlannedDevice>> {
  const { rows } = await client.query<DeviceRow>(
    `SELECT d.device_id, d.kind, d.manufacturer, d.model, d.accuracy_class, v.verified_on, v.result
       FROM devices d
       LEFT JOIN LATERAL (
         SELECT verified_on, CASE WHEN bool_or(result = 'fail') THEN 'fail' ELSE 'pass' END AS result FROM verifications v
          WHERE v.tenant = d.tenant AND v.device_id = d.device_id AND v.withdrawn_at IS NULL
          GROUP BY verified_on, record_id ORDER BY verified_on DESC, record_id DESC LIMIT 1) v ON true
      WHERE d.device_id = ANY ($1)`,
    [ids],
  );
  return new Map(
    rows.map((row) => {
      const limit = errorLimit(row.kind, row.accuracy_class ?? undefined, undefined);
      return [
        row.device_id,
        {
          model: [row.manufacturer, row.model].filter((part) => part !== null).join(' ') || null,
          accuracyClass: row.accuracy_class,
          limit: limit === undefined || limit.assumed ? null : limit.limit,
          last:
            row.verified_on === null || row.result === null
              ? null
              : { on: row.verified_on, result: row.result },
        },
      ];
    }),
  );
}

export function registerPlanPrintRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'printWorkOrders', async (client, call) => {
    const { principal, params, query, request, reply } = call;
    const { tenant, zone } = principal;
    const language = query.lang ?? languageOf(request, reply);
    const plan = await readPlan(client, tenant, params.id);
    if (plan === undefined) throw notFound('plan', params.id);
    const all = await readWorkOrders(client, tenant, plan.id);
    const orders =
      query.order === undefined ? all : all.filter(({ number }) => number === query.order);
    if (query.order !== undefined && orders.length === 0) throw notFound('work order', query.order);
    const stops = orders.reduce((sum, order) => sum + order.stops, 0);
    if (stops > MOST_STOPS)
      throw new ProblemError(
        'invalid_request',
        `The plan has ${stops} stops, more than a file may have: print its work orders one by one.`,
        { errors: [{ field: 'order', message: `is needed beyond ${MOST_STOPS} stops` }] },
      );
    const rows = await readPlanItems(client, tenant, plan.id, {
      limit: null,
      workOrder: query.order,
    });
    const items = rows.map((row) => toItem(row, { language, zone }));
    const nowUs = context.nowUs();
    const content = workOrdersContent(
      {
        id: plan.id,
        period: plan.period,
        tenant,
        zone,
        printedAtMs: Math.floor(nowUs / 1000),
        origin: `${request.protocol}://${request.host}`,
        orders: orders.map((order) => ({
          number: order.number,
          team: order.team,
          day: order.day,
          visitOn: order.visit_on,
          minutes: order.minutes,
          items: items
            .filter((item) => item.work_order === order.number && item.state !== 'skipped')
            .toSorted((left, right) => left.stop - right.stop),
        })),
        devices: await plannedDevices(
          client,
          items.map((item) => item.device_id),
        ),
      },
      language,
    );
    reply.headers({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="work-orders-${query.order ?? `${plan.period}-${plan.id}`}.pdf"`,
    });
    return Buffer.from(await writePdf(content));
  });

  mountTenantOperation(app, context, 'getPlanWorkbook', async (client, call) => {
    const { principal, params, query, request, reply } = call;
    const language = query.lang ?? languageOf(request, reply);
    const plan = await readPlan(client, principal.tenant, params.id);
    if (plan === undefined) throw notFound('plan', params.id);
    const rows = await readPlanItems(client, principal.tenant, plan.id, { limit: null });
    const items = rows.map((row) => toItem(row, { language, zone: principal.zone }));
    const devices = await plannedDevices(
      client,
      items.map((item) => item.device_id),
    );
    reply.headers({
      'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'content-disposition': `attachment; filename="plan-${plan.period}-${plan.id}.xlsx"`,
    });
    return Buffer.from(await writeWorkbook([planSheet(items, devices, language)]));
  });
}
