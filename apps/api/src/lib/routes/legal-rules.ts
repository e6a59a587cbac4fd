import { type LegalRuleInput, toCycleRule } from '@verimeter/api-schema';
import type { CycleRule } from '@verimeter/metrology';
import {
  type PoolClient,
  readRuleSetName,
  readTenantRules,
  refreshMarked,
  rulesThatCount,
  setRuleSet,
  withdrawTenantRule,
  writeTenantRule,
} from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { toRuleList, toTenantRuleItem } from '../legal-items.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { personOf } from '../person.ts';
import { ProblemError, notFound } from '../problem-error.ts';

/** A tenant with more devices has them worked out anew by the analytics service; the summary says how many are pending. */
const WORKED_OUT_AT_ONCE = 20_000;

async function ruleList(client: PoolClient, tenant: string) {
  const ruleSet = await readRuleSetName(client, tenant);
  const own = rulesThatCount(await readTenantRules(client, tenant));
  return { rule_set: ruleSet, items: toRuleList(ruleSet, own), next_cursor: null };
}

/** @throws {ProblemError} `invalid_request` */
function ruleOf(id: string, input: LegalRuleInput): CycleRule {
  const made = toCycleRule(id, input);
  if (made.kind === 'rule') return made.rule;
  throw new ProblemError('invalid_request', 'The rule cannot be kept as it is.', {
    errors: made.problems,
  });
}

export function registerLegalRuleRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLegalRules', (client, { principal }) =>
    ruleList(client, principal.tenant),
  );

  mountTenantOperation(app, context, 'putLegalRule', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const rule = ruleOf(params.id, body);
    const written = await writeTenantRule(client, tenant, rule, personOf(principal));
    await refreshMarked(client, tenant, WORKED_OUT_AT_ONCE);
    return toTenantRuleItem(written);
  });

  mountTenantOperation(app, context, 'deleteLegalRule', async (client, { principal, params }) => {
    const { tenant } = principal;
    if (!(await withdrawTenantRule(client, tenant, params.id, personOf(principal))))
      throw notFound('rule', params.id);
    await refreshMarked(client, tenant, WORKED_OUT_AT_ONCE);
    return undefined;
  });

  mountTenantOperation(app, context, 'chooseRuleSet', async (client, { principal, body }) => {
    const { tenant } = principal;
    await setRuleSet(client, tenant, body.rule_set);
    await refreshMarked(client, tenant, WORKED_OUT_AT_ONCE);
    return ruleList(client, tenant);
  });
}
