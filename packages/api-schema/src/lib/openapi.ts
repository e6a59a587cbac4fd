import { z } from 'zod';
import { channel, device, deviceDetail } from './devices.ts';
import { exception } from './exceptions.ts';
import { finding, findingChange } from './findings.ts';
import { fleetRow } from './fleet-table.ts';
import { candidate, group, groupDetail, member } from './groups.ts';
import { evidence, health, healthDetail, healthHistoryPoint } from './health.ts';
import { interval } from './intervals.ts';
import { ledgerEntry, ledgerTotals } from './ledger.ts';
import { liveEventData } from './live-events.ts';
import { type Operation, API_PREFIX, operations } from './operations.ts';
import { capacity, planSettings } from './plan-capacities.ts';
import { nextInLine, plan, planItem, planTerms, workOrder } from './plans.ts';
import { type ProblemCode, PROBLEMS, problem } from './problems.ts';
import {
  quarantineChange,
  quarantineEntry,
  quarantineGroup,
  quarantineReplay,
  replayProgress,
  replayRequest,
} from './quarantine.ts';
import { aggregate, reading } from './readings.ts';
import { savedView } from './saved-views.ts';
import { session, sessionRequest } from './session.ts';
import { ruleSet, ruleSetChange } from './validation-rules.ts';

type Json = Record<string, unknown>;

/** Schemas that get a name of their own in the document. */
const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  Aggregate: aggregate,
  Candidate: candidate,
  Capacity: capacity,
  Channel: channel,
  Device: device,
  DeviceDetail: deviceDetail,
  Evidence: evidence,
  Exception: exception,
  Finding: finding,
  FindingChange: findingChange,
  FleetRow: fleetRow,
  Group: group,
  GroupDetail: groupDetail,
  Health: health,
  HealthDetail: healthDetail,
  HealthHistoryPoint: healthHistoryPoint,
  Interval: interval,
  LedgerEntry: ledgerEntry,
  LedgerTotals: ledgerTotals,
  LiveFinding: liveEventData.finding,
  LiveQuarantine: liveEventData.quarantine,
  LiveReading: liveEventData.reading,
  Member: member,
  NextInLine: nextInLine,
  Plan: plan,
  PlanItem: planItem,
  PlanSettings: planSettings,
  PlanTerms: planTerms,
  Problem: problem,
  QuarantineChange: quarantineChange,
  QuarantineEntry: quarantineEntry,
  QuarantineGroup: quarantineGroup,
  QuarantineReplay: quarantineReplay,
  Reading: reading,
  ReplayProgress: replayProgress,
  ReplayRequest: replayRequest,
  RuleSet: ruleSet,
  RuleSetChange: ruleSetChange,
  SavedView: savedView,
  Session: session,
  SessionRequest: sessionRequest,
  WorkOrder: workOrder,
};

/** Problems any operation may answer with, by what it takes. */
function problemsOf(operation: Operation): ProblemCode[] {
  const codes = new Set<ProblemCode>([
    'invalid_request',
    'too_many_requests',
    'not_ready',
    'internal',
  ]);
  if (operation.role !== 'public') codes.add('unauthenticated').add('forbidden');
  if (operation.method !== 'GET') codes.add('forbidden');
  if (operation.body !== undefined) codes.add('payload_too_large').add('unsupported_media_type');
  if (Object.keys(operation.params.shape).length > 0) codes.add('not_found');
  for (const code of operation.problems ?? []) codes.add(code);
  return [...codes];
}

function problemResponses(operation: Operation): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(operation)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const retryAfter = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  );
}

function parametersOf(
  where: 'path' | 'query',
  schema: z.ZodObject,
  toSchema: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json[] {
  return Object.entries<z.ZodType>(schema.shape).map(([name, field]) => {
    const { description, examples, ...rest } = toSchema(field, 'input');
    return {
      name,
      in: where,
      required: where === 'path' || !z.safeParse(field, undefined).success,
      ...(description === undefined ? {} : { description }),
      ...(Array.isArray(examples) ? { example: examples[0] } : {}),
      schema: rest,
    };
  });
}

function describe(
  id: string,
  operation: Operation,
  toSchema: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json {
  const success: Json = { description: operation.summary };
  if (operation.response !== undefined)
    success['content'] = {
      [operation.contentType ?? 'application/json']: {
        schema: toSchema(operation.response, 'output'),
      },
    };
  else if (operation.contentType !== undefined)
    success['content'] = { [operation.contentType]: { schema: { type: 'string' } } };
  return {
    operationId: id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    ...(operation.role === 'public'
      ? { security: [] }
      : { 'x-required-role': operation.role, security: [{ key: [] }, { session: [] }] }),
    parameters: [
      ...parametersOf('path', operation.params, toSchema),
      ...parametersOf('query', operation.query, toSchema),
      ...(operation.contentType === 'text/event-stream'
        ? [{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } }]
        : []),
    ],
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            // what is left out is an object without fields
            required: !operation.body.safeParse({}).success,
            content: { 'application/json': { schema: toSchema(operation.body, 'input') } },
          },
        }),
    responses: { [String(operation.status)]: success, ...problemResponses(operation) },
  };
}

/** Answers may get more fields later: only request bodies, which are strict objects, are closed. */
function allowAdditions(schema: z.core.$ZodTypes, json: z.core.JSONSchema.BaseSchema): void {
  if (schema instanceof z.ZodObject && schema.def.catchall === undefined)
    delete json.additionalProperties;
  // A tuple of equals is a list of that length: many programs that read OpenAPI know no `prefixItems`.
  const [first, ...rest] = json.prefixItems ?? [];
  if (first === undefined) return;
  const text = JSON.stringify(first);
  if (rest.some((item) => JSON.stringify(item) !== text)) return;
  json.items = first;
  delete json.prefixItems;
}

/** The OpenAPI 3.1 document of the API, from the same schemas that validate its requests. */
export function openApiDocument(version: string): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'output',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => allowAdditions(zodSchema, jsonSchema),
  });
  const names = new Map<unknown, string>(
    Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]),
  );
  const toSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const name = names.get(schema);
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    const converted: Json = z.toJSONSchema(schema, {
      io,
      // Named parts are replaced by references after conversion of the whole.
      override: ({ zodSchema, jsonSchema }) => {
        allowAdditions(zodSchema, jsonSchema);
        const part = names.get(zodSchema);
        if (part === undefined) return;
        for (const key of Object.keys(jsonSchema))
          delete jsonSchema[key as keyof typeof jsonSchema];
        jsonSchema.$ref = `#/components/schemas/${part}`;
      },
    });
    delete converted['$schema'];
    return converted;
  };
  const paths: Record<string, Json> = {};
  for (const [id, operation] of Object.entries<Operation>(operations)) {
    const path = (paths[`${API_PREFIX}${operation.path}`] ??= {});
    path[operation.method.toLowerCase()] = describe(id, operation, toSchema);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Verimeter',
      version,
      summary: 'Readings of meters and sensors, and what they say of the instruments',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => {
          const { $schema: _dialect, $id: _id, ...rest } = schema as Json;
          return [name, rest];
        }),
      ),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: '`verimeter keys create`' },
        session: { type: 'apiKey', in: 'cookie', name: 'verimeter_session' },
      },
    },
  };
}
