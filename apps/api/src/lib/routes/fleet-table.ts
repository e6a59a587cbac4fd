import { Readable } from 'node:stream';
import {
  type FleetFacets,
  type FleetFilters,
  type FleetSort,
  type FLEET_FACETS,
} from '@verimeter/api-schema';
import { withTenant } from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { FLEET_CSV_HEAD, fleetCsvLine } from '../fleet-csv.ts';
import type { FleetFilter } from '../fleet-index/fleet-filter.ts';
import type { FleetIndex } from '../fleet-index/fleet-index.ts';
import { readGroupNames, readPageRows } from '../fleet-index/page-rows.ts';
import { mountOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

const DAY_MS = 86_400_000;
const CSV_ROWS = 1000;

const afterRow = z.tuple([z.array(z.number().nullable()).max(2), z.string(), z.string()]);

const one = (value: string | undefined): readonly string[] | undefined =>
  value === undefined ? undefined : [value];
const orNull = (
  values: readonly string[] | undefined,
  nothing: string,
): readonly (string | null)[] | undefined =>
  values?.map((value) => (value === nothing ? null : value)).toSorted();

/** Parameters as the index has them; those that say the same are one, so that what passes is found out once. */
function filterOf(query: FleetFilters): FleetFilter {
  const coded = {
    kind: query.kind?.toSorted(),
    recommendation: query.recommendation?.toSorted(),
    indication: query.indication?.toSorted(),
    legal_status: query.legal_status?.toSorted(),
    finding_status: orNull(query.finding_status, 'none'),
    online: orNull(query.online, 'unknown'),
    accuracy_class: one(query.accuracy_class),
    group: one(query.group),
    manufacturer: one(query.manufacturer),
    model: one(query.model),
  };
  return {
    coded: Object.fromEntries(Object.entries(coded).filter(([, values]) => values !== undefined)),
    dueUntilDay: query.due_before === undefined ? undefined : Date.parse(query.due_before) / DAY_MS,
    text: query.q,
  };
}

function sortOf(written: string | undefined): { sort: FleetSort; descending: boolean } {
  const descending = written?.startsWith('-') === true;
  // The schema has let nothing else through.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const sort = (descending ? written.slice(1) : (written ?? 'risk')) as FleetSort;
  return { sort, descending };
}

export function registerFleetTableRoutes(app: FastifyInstance, context: ApiContext): void {
  const { appPool, fleets } = context;

  mountOperation(app, context, 'listFleet', async ({ principal: { tenant }, query }) => {
    const page = pageOf({ list: 'fleet', tenant }, query, afterRow);
    const [keys, deviceId, quantity] = page.after ?? [];
    const after =
      keys === undefined || deviceId === undefined || quantity === undefined
        ? undefined
        : { keys, deviceId, quantity };
    const index = await fleets.of(tenant);
    const found = index.page(filterOf(query), sortOf(query.sort), page.limit, after);
    const items = await withTenant(appPool, tenant, (client) => readPageRows(client, found.rows));
    const { end, total } = found;
    return {
      items,
      next_cursor:
        end === undefined ? null : page.cursorAfter([end.keys, end.deviceId, end.quantity]),
      total,
    };
  });

  mountOperation(app, context, 'getFleetFacets', async ({ principal: { tenant }, query }) => {
    const index = await fleets.of(tenant);
    return namedFacets(context, tenant, index, filterOf(query));
  });

  mountOperation(app, context, 'getFleetFile', async ({ principal: { tenant }, query, reply }) => {
    const index = await fleets.of(tenant);
    const rows = index.all(filterOf(query), sortOf(query.sort));
    void reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="fleet.csv"');
    return Readable.from(csvLines(context, tenant, index, rows));
  });
}

/** Rows in the order in which they were when it began, each as it is when it is written. */
async function* csvLines(
  { appPool }: ApiContext,
  tenant: string,
  { table }: FleetIndex,
  rows: Uint32Array,
): AsyncGenerator<string> {
  yield FLEET_CSV_HEAD;
  for (let from = 0; from < rows.length; from += CSV_ROWS) {
    const wanted = Array.from(rows.subarray(from, from + CSV_ROWS), (row) => ({
      deviceId: table.deviceId(row),
      quantity: table.quantityOf(row),
    }));
    // oxlint-disable-next-line no-await-in-loop -- as fast as the reader takes them
    const read = await withTenant(appPool, tenant, (client) => readPageRows(client, wanted));
    yield read.map((row) => fleetCsvLine(row)).join('');
  }
}

async function namedFacets(
  { appPool }: ApiContext,
  tenant: string,
  index: FleetIndex,
  filter: FleetFilter,
): Promise<FleetFacets> {
  const counted = index.facets(filter);
  const groups = (counted.get('group')?.values ?? []).map(({ value }) => value);
  const names = await withTenant(appPool, tenant, (client) => readGroupNames(client, groups));
  const facetOf = (column: (typeof FLEET_FACETS)[number]) => {
    const { values = [], more = 0 } = counted.get(column) ?? {};
    const named = values.map(({ value, count }) => ({
      value,
      name: column === 'group' ? (names.get(value) ?? null) : null,
      count,
    }));
    return { values: named, more };
  };
  return {
    total: index.total(filter),
    facets: {
      kind: facetOf('kind'),
      recommendation: facetOf('recommendation'),
      indication: facetOf('indication'),
      legal_status: facetOf('legal_status'),
      finding_status: facetOf('finding_status'),
      online: facetOf('online'),
      accuracy_class: facetOf('accuracy_class'),
      group: facetOf('group'),
      manufacturer: facetOf('manufacturer'),
      model: facetOf('model'),
    },
  };
}
