import type { CapacityInput } from '@verimeter/api-schema';
import { firstDayOf } from '@verimeter/planning';
import {
  type CapacityRow,
  type PoolClient,
  readCapacities,
  readPlanSettings,
  replaceCapacities,
  writePlanSettings,
} from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { storedSettings } from '../plans/plan-settings.ts';
import { toCapacity } from '../plans/plan-shapes.ts';
import { ProblemError } from '../problem-error.ts';

export function registerCapacityRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listCapacities', (client, { principal }) =>
    capacitiesOf(client, principal.tenant),
  );

  mountTenantOperation(app, context, 'putCapacities', async (client, { principal, body }) => {
    refuseDoubles(body.items);
    const { tenant, keyId, keyName } = principal;
    await replaceCapacities(client, tenant, body.items.map(toRow), { id: keyId, name: keyName });
    return capacitiesOf(client, tenant);
  });

  mountTenantOperation(app, context, 'getPlanSettings', async (client, { principal }) =>
    storedSettings(await readPlanSettings(client, principal.tenant)),
  );

  mountTenantOperation(app, context, 'putPlanSettings', async (client, { principal, body }) => {
    const { tenant, keyId, keyName } = principal;
    await writePlanSettings(client, tenant, body, { id: keyId, name: keyName });
    return body;
  });
}

async function capacitiesOf(client: PoolClient, tenant: string) {
  return { items: (await readCapacities(client, tenant)).map(toCapacity), next_cursor: null };
}

const toRow = (input: CapacityInput): CapacityRow => ({
  team: input.team,
  kinds: input.kinds,
  areas: input.areas,
  visits_per_month: input.visits_per_month,
  minutes_per_month: input.minutes_per_month,
  depot_lat: input.depot?.lat ?? null,
  depot_lon: input.depot?.lon ?? null,
  valid_from: firstDayOf(input.from),
  valid_to: input.to === null ? null : firstDayOf(input.to),
});

function refuseDoubles(items: readonly CapacityInput[]): void {
  const seen = new Set<string>();
  for (const [index, { team, from }] of items.entries()) {
    const key = JSON.stringify([team, from]);
    if (seen.has(key))
      throw new ProblemError('invalid_request', 'The capacities cannot be kept as they are.', {
        errors: [
          {
            field: `items.${index}`,
            message: `is a second capacity of team "${team}" from ${from}; give one`,
          },
        ],
      });
    seen.add(key);
  }
}
