import { type RuleSet, validationRules } from '@verimeter/api-schema';
import { addRuleSet, readRuleSets, type ValidationRuleSet } from '@verimeter/registry';
import {
  DEFAULT_VALIDATION_RULES,
  formatTimestamp,
  mergeRules,
  storedRules,
} from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { validate } from '../validation.ts';

/** So that what is wrong is named as it is in the body. */
const CHANGED = z.object({ rules: validationRules });

const toItem = ({
  version,
  effectiveFrom,
  rules,
  changedBy,
  changedUs,
  reason,
}: ValidationRuleSet): RuleSet => ({
  version,
  effective_from: effectiveFrom,
  rules: validationRules.parse(storedRules(rules)),
  changed_by: changedBy,
  changed_at: formatTimestamp(changedUs),
  reason,
});

export function registerValidationRuleRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'getValidationRules', async (client, { principal }) => {
    const sets = await readRuleSets(client, principal.tenant, DEFAULT_VALIDATION_RULES);
    return { items: sets.toReversed().map(toItem) };
  });

  mountTenantOperation(app, context, 'changeValidationRules', async (client, call) => {
    const { body, principal } = call;
    const today = formatTimestamp(context.nowUs()).slice(0, 10);
    const added = await addRuleSet(client, principal.tenant, DEFAULT_VALIDATION_RULES, {
      change: (latest) => {
        const merged = mergeRules(storedRules(latest), body.rules);
        return validate(CHANGED, { rules: merged }, 'body').rules;
      },
      effectiveFrom: body.effective_from === undefined ? today : body.effective_from,
      changedBy: principal.keyId,
      reason: body.reason,
    });
    return toItem(added);
  });
}
