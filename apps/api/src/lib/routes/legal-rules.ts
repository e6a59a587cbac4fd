import type { LegalRuleInput } from '@verimeter/api-schema';
import {
  type CycleRule,
  type RuleSetName,
  RULE_SETS,
  RULE_SET_NAMES,
  isBuiltInRuleId,
} from '@verimeter/metrology';
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

/** Of another rule set too: a tenant may prepare for one. */
const isBuiltIn = (id: string): boolean =>
  RULE_SET_NAMES.some((name: RuleSetName) => RULE_SETS[name].some((rule) => rule.id === id));

/** @throws {ProblemError} `invalid_request` */
function toRule(id: string, input: LegalRuleInput): CycleRule {
  const errors: { field: string; message: string }[] = [];
  if (isBuiltInRuleId(id))
    errors.push({
      field: 'id',
      message:
        'begins as the ids of built-in rules do (two small letters and a hyphen); give another id, and name the built-in rule in `replaces`',
    });
  if (input.replaces !== null && !isBuiltIn(input.replaces))
    errors.push({ field: 'replaces', message: 'is no built-in rule; see GET /legal-rules' });
  if (errors.length > 0)
    throw new ProblemError('invalid_request', 'The rule cannot be kept as it is.', { errors });
  return {
    id,
    category: input.category,
    basis: input.basis,
    source: input.source,
    status: input.status,
    endsWith: input.ends_with,
    ...(input.technology === null ? {} : { technology: input.technology }),
    ...(input.phases === null ? {} : { phases: input.phases }),
    ...(input.connection === null ? {} : { connection: input.connection }),
    ...(input.accuracy_classes === null ? {} : { accuracyClasses: input.accuracy_classes }),
    ...(input.nominals === null ? {} : { nominals: input.nominals }),
    ...(input.months === null ? {} : { months: input.months }),
    ...(input.from === null ? {} : { from: input.from }),
    ...(input.to === null ? {} : { to: input.to }),
    ...(input.note === null ? {} : { note: input.note }),
    ...(input.replaces === null ? {} : { replaces: input.replaces }),
  };
}

export function registerLegalRuleRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLegalRules', (client, { principal }) =>
    ruleList(client, principal.tenant),
  );

  mountTenantOperation(app, context, 'putLegalRule', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const rule = toRule(params.id, body);
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
