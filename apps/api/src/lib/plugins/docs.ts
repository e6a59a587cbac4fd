import swaggerUi from '@fastify/swagger-ui';
import { API_PREFIX, type ProblemCode, PROBLEMS } from '@verimeter/api-schema';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { unknownAddress } from './problems.ts';
import { DOCS_CONTENT_SECURITY_POLICY } from './security-headers.ts';

const EXPLANATIONS: Readonly<Record<ProblemCode, string>> = {
  invalid_request:
    'A parameter or field is missing, unknown or malformed; `errors` names each with the fix.',
  invalid_cursor:
    'Cursors belong to one list with one set of parameters. Start again without a cursor.',
  unauthenticated: 'Send "authorization: Bearer KEY". Keys are made by "verimeter keys create".',
  forbidden:
    'The key is valid, but its role does not include this; roles: viewer, operator, admin.',
  not_found: "There is no such thing, or it is another tenant's.",
  method_not_allowed: 'The header Allow has the methods that the address takes.',
  conflict: 'The change does not fit the present state; read it again.',
  payload_too_large: 'The body exceeds 64 KiB.',
  unsupported_media_type: 'Send JSON with "content-type: application/json".',
  too_many_requests: 'Wait as many seconds as the header Retry-After says.',
  internal: 'A fault of the server; its log has the details.',
  not_ready: 'The database is away, busy or not migrated; see /health/ready and try again.',
};

/** `/docs` (Swagger UI, served from here, works offline) and `/problems/{code}`, where problem types lead. */
export async function registerDocs(
  app: FastifyInstance,
  document: Readonly<Record<string, unknown>>,
): Promise<void> {
  // Swagger UI takes the document from the decorator of the plugin of this name. The document here comes from the
  // schemas that validate the requests, so that plugin is not used.
  await app.register(
    fastifyPlugin(
      async (instance: FastifyInstance) => {
        instance.decorate('swagger', () => document);
      },
      { name: '@fastify/swagger' },
    ),
  );
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CONTENT_SECURITY_POLICY,
    uiConfig: { url: `${API_PREFIX}/openapi.json`, persistAuthorization: false },
    theme: { title: 'Verimeter API' },
  });
  app.get<{ Params: { code: string } }>('/problems/:code', async (request, reply) => {
    const { code } = request.params;
    if (!isProblemCode(code)) throw unknownAddress(request);
    const { status, title } = PROBLEMS[code];
    return reply
      .type('text/plain; charset=utf-8')
      .send(`${status} ${code}\n${title}.\n\n${EXPLANATIONS[code]}\n`);
  });
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
