import type { Language } from '@verimeter/api-schema';
import { DIALECTS, type SourceProblem } from '@verimeter/payload-codecs';
import {
  readSourceActivity,
  readSourceProblems,
  readSources,
  removeSource,
} from '@verimeter/registry';
import {
  type FoundSource,
  findSource,
  keepSource,
  problemText,
  toSource,
  tryMessage,
  unkeptSource,
} from '@verimeter/sources';
import type { PoolClient } from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { languageOf } from '../evidence.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { ProblemError, notFound } from '../problem-error.ts';

const NATIVE = 'verimeter/v1/';

export function registerSourceRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listSources', async (client, { principal }) => ({
    items: await sourcesOf(client, principal.tenant),
    next_cursor: null,
  }));

  mountTenantOperation(app, context, 'listDialects', () =>
    Promise.resolve({
      items: DIALECTS.map(({ name, title, filters, options }) => ({
        name,
        title,
        filters: [...filters],
        options: { ...options },
      })),
      next_cursor: null,
    }),
  );

  mountTenantOperation(app, context, 'getSource', async (client, { principal, params }) => {
    const sources = await sourcesOf(client, principal.tenant);
    const source = sources.find(({ name }) => name === params.name);
    if (source === undefined) throw notFound('source', params.name);
    return source;
  });

  mountTenantOperation(app, context, 'putSource', async (client, call) => {
    const { principal, params, body, request, reply } = call;
    const { tenant, keyId } = principal;
    const kept = await keepSource(client, { tenant, name: params.name, changedBy: keyId }, body);
    if (kept.kind === 'refused')
      throw refused(
        'The source cannot be kept as it is.',
        kept.problems,
        languageOf(request, reply),
      );
    if (kept.kind !== 'kept') throw notFound('source', params.name);
    return toSource(
      kept.source,
      await readSourceActivity(client, tenant),
      await readSourceProblems(client, tenant),
    );
  });

  mountTenantOperation(app, context, 'deleteSource', async (client, { principal, params }) => {
    if (!(await removeSource(client, principal.tenant, params.name)))
      throw notFound('source', params.name);
    return undefined;
  });

  mountTenantOperation(app, context, 'testSource', async (client, call) => {
    const { principal, body, request, reply } = call;
    const { topic, retained } = body;
    const language = languageOf(request, reply);
    const source =
      body.source === undefined
        ? await takerOf(client, principal.tenant, topic, language)
        : await unkept(client, principal.tenant, body.source, language);
    const payload =
      body.payload_base64 === undefined
        ? Buffer.from(body.payload ?? '')
        : Buffer.from(body.payload_base64, 'base64');
    const message = { topic, payload, receivedAtUs: context.nowUs(), retain: retained };
    const trial = tryMessage(message, source);
    return {
      source: body.source === undefined ? (source?.name ?? null) : null,
      dialect: trial.dialect,
      readings: trial.readings.map((row) => ({ ...row, quality: [...row.quality] })),
      events: [...trial.events],
      rejects: [...trial.rejects],
      unknown_fields: [...trial.unknown_fields],
    };
  });
}

async function sourcesOf(client: PoolClient, tenant: string) {
  const rows = await readSources(client, tenant);
  const activity = await readSourceActivity(client, tenant);
  const problems = await readSourceProblems(client, tenant);
  return rows.map((row) => toSource(row, activity, problems));
}

/** undefined: the topic is Verimeter's own. */
async function takerOf(
  client: PoolClient,
  tenant: string,
  topic: string,
  language: Language,
): Promise<FoundSource | undefined> {
  if (topic.startsWith(NATIVE)) return undefined;
  const search = await findSource(client, tenant, topic);
  if (search.kind === 'found') return search.source;
  const message =
    search.kind === 'none' ? UNTAKEN[language] : UNUSABLE[language](search.name, search.why);
  throw new ProblemError('invalid_request', 'The payload cannot be tried.', {
    errors: [{ field: 'topic', message }],
  });
}

async function unkept(
  client: PoolClient,
  tenant: string,
  input: Parameters<typeof unkeptSource>[2],
  language: Language,
): Promise<FoundSource> {
  const made = await unkeptSource(client, tenant, input);
  if (made.kind === 'made') return made.source;
  const problems = made.problems.map((one) => ({ ...one, field: `source.${one.field}` }));
  throw refused('The source cannot be tried as it is.', problems, language);
}

const UNTAKEN: Readonly<Record<Language, string>> = {
  en: 'is taken by no source of yours: choose a dialect to try it with ("source"), or add a source for it',
  vi: 'không có nguồn nào của bạn nhận chủ đề này: hãy chọn một định dạng để thử ("source"), hoặc thêm nguồn cho chủ đề này',
};
const UNUSABLE: Readonly<Record<Language, (name: string, why: string) => string>> = {
  en: (name, why) => `is taken by source ${name}, which cannot run: ${why}`,
  vi: (name, why) => `do nguồn ${name} nhận, nhưng nguồn này không chạy được: ${why}`,
};

function refused(
  detail: string,
  problems: readonly SourceProblem[],
  language: Language,
): ProblemError {
  const errors = problems.map((one) => ({
    field: one.field,
    message: problemText(one, language),
  }));
  return new ProblemError('invalid_request', detail, { errors });
}
