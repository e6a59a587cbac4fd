import type { Readable } from 'node:stream';
import {
  type Operation,
  type OperationId,
  API_PREFIX,
  negotiateLanguage,
  operations,
} from '@verimeter/api-schema';
import { type PoolClient, withTenant } from '@verimeter/registry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  type Principal,
  credentialOf,
  requireRole,
  requireSameOrigin,
  unauthenticated,
} from './authentication.ts';
import type { ApiContext } from './context.ts';
import { ProblemError } from './problem-error.ts';
import { validate } from './validation.ts';

type Body<O extends Operation> = O['body'] extends z.ZodType ? z.output<O['body']> : undefined;
type Answer<O extends Operation> = O['response'] extends z.ZodType
  ? z.output<O['response']>
  : O['contentType'] extends 'text/csv'
    ? Readable
    : O['contentType'] extends `application/${string}`
      ? Buffer
      : undefined;

/** A request that has passed authentication and validation. */
export interface Call<O extends Operation> {
  readonly principal: Principal;
  readonly params: z.output<O['params']>;
  readonly query: z.output<O['query']>;
  readonly body: Body<O>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface PublicCall<O extends Operation> extends Omit<Call<O>, 'principal'> {}

/** Who is asking. @throws {ProblemError} unauthenticated, forbidden or too_many_requests */
async function authenticate(context: ApiContext, request: FastifyRequest): Promise<Principal> {
  const credential = credentialOf(request);
  const principal =
    credential === undefined ? undefined : await context.authenticator.find(credential);
  if (principal === undefined || credential === undefined) {
    throttle(context.strangers.take(request.ip));
    throw unauthenticated(
      credential === undefined
        ? 'Send "authorization: Bearer KEY"; "verimeter keys create" makes a key.'
        : `The ${credential.kind} is not known, or was revoked or has expired.`,
    );
  }
  if (credential.kind === 'session' && request.method !== 'GET') requireSameOrigin(request);
  throttle(context.requests.take(principal.keyId));
  return principal;
}

/** @throws {ProblemError} too_many_requests when there is a time to wait */
export function throttle(waitSeconds: number): void {
  if (waitSeconds > 0)
    throw new ProblemError('too_many_requests', `Try again in ${waitSeconds} s.`, {
      headers: { 'retry-after': String(waitSeconds) },
    });
}

function register(
  app: FastifyInstance,
  id: OperationId,
  answer: (
    request: FastifyRequest,
    reply: FastifyReply,
    input: () => { params: unknown; query: unknown; body: unknown },
  ) => Promise<unknown>,
): void {
  const operation: Operation = operations[id];
  app.route({
    method: operation.method,
    url: `${API_PREFIX}${operation.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    // A stream has no end to measure, so HEAD is not offered for it.
    exposeHeadRoute: operation.contentType === undefined,
    handler: async (request, reply) => {
      const language = negotiateLanguage(request.headers['accept-language']);
      const input = () => ({
        params: validate(operation.params, request.params, 'path', language),
        query: validate(operation.query, request.query, 'query', language),
        body:
          operation.body === undefined
            ? undefined
            : validate(
                operation.body,
                request.body === undefined ? {} : request.body,
                'body',
                language,
              ),
      });
      const result = await answer(request, reply, input);
      if (reply.sent) return reply;
      if (operation.status === 204) return reply.code(204).send();
      return result;
    },
  });
}

/**
 * Serves an operation: authenticates, checks the role, validates, and gives the handler a transaction that sees the
 * tenant of the key and no other.
 */
export function mountTenantOperation<Id extends OperationId>(
  app: FastifyInstance,
  context: ApiContext,
  id: Id,
  handler: (
    client: PoolClient,
    call: Call<(typeof operations)[Id]>,
  ) => Promise<Answer<(typeof operations)[Id]>>,
): void {
  mountOperation(app, context, id, (call) =>
    withTenant(context.appPool, call.principal.tenant, (client) => handler(client, call)),
  );
}

/** Serves an operation that needs a key, but opens no transaction. */
export function mountOperation<Id extends OperationId>(
  app: FastifyInstance,
  context: ApiContext,
  id: Id,
  handler: (call: Call<(typeof operations)[Id]>) => Promise<Answer<(typeof operations)[Id]>>,
): void {
  const { role } = operations[id] satisfies Operation;
  if (role === 'public') throw new Error(`${id} is public`);
  register(app, id, async (request, reply, input) => {
    const principal = await authenticate(context, request);
    requireRole(principal, role);
    // The input was validated with the schemas of this very operation.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return handler({ principal, request, reply, ...input() } as Call<(typeof operations)[Id]>);
  });
}

/** Serves an operation that needs no key. */
export function mountPublicOperation<Id extends OperationId>(
  app: FastifyInstance,
  id: Id,
  handler: (call: PublicCall<(typeof operations)[Id]>) => Promise<Answer<(typeof operations)[Id]>>,
): void {
  register(app, id, async (request, reply, input) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- validated, as above
    handler({ request, reply, ...input() } as PublicCall<(typeof operations)[Id]>),
  );
}
