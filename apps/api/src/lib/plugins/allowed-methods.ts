import { type Operation, API_PREFIX, operations } from '@verimeter/api-schema';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem-error.ts';

interface Address {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

function addresses(): Address[] {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method, contentType } of Object.values<Operation>(operations)) {
    const methods = byPath.get(path) ?? new Set();
    byPath.set(path, methods.add(method));
    if (method === 'GET' && contentType === undefined) methods.add('HEAD');
  }
  return [...byPath].map(([path, methods]) => ({
    pattern: new RegExp(
      `^${API_PREFIX}${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`,
    ),
    methods,
  }));
}

/** An address of the API that is asked with a method it does not have says which ones it has (RFC 9110, 15.5.6). */
export function registerAllowedMethods(app: FastifyInstance): void {
  const known = addresses();
  // Before the body is looked at: to a method that is not taken it does not matter.
  app.addHook('onRequest', async (request) => {
    if (!request.is404 || !request.url.startsWith(API_PREFIX)) return;
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = known.filter(({ pattern }) => pattern.test(path));
    if (allowed.length === 0) return;
    const methods = allowed.flatMap((address) => [...address.methods]).join(', ');
    throw new ProblemError(
      'method_not_allowed',
      `${request.method} is not for this address; ask with ${methods}.`,
      {
        headers: { allow: methods },
      },
    );
  });
}
