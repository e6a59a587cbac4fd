import type { Session } from '@verimeter/api-schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type Credential,
  type Principal,
  SESSION_COOKIE,
  requireReader,
  requireSameOrigin,
  sha256,
  unauthenticated,
} from '../authentication.ts';
import type { ApiContext } from '../context.ts';
import { SESSION_SECONDS, createSession, deleteSession } from '../credentials.ts';
import { instantOrNull } from '../instants.ts';
import { mountOperation, mountPublicOperation, throttle } from '../mount-operation.ts';

function describe(principal: Principal): Session {
  return {
    tenant: principal.tenant,
    role: requireReader(principal),
    zone: principal.zone,
    expires_at: instantOrNull(principal.expiresAtUs),
  };
}

/** `Secure` where the page itself came over TLS; on loopback it is plain HTTP. */
const cookieOptions = (request: FastifyRequest) =>
  ({
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: request.protocol === 'https',
  }) as const;

export function registerSessionRoutes(app: FastifyInstance, context: ApiContext): void {
  const { authenticator, servicePool } = context;

  mountPublicOperation(app, 'signIn', async ({ body, request, reply }) => {
    requireSameOrigin(request);
    const key: Credential = { kind: 'key', sha256: sha256(body.key) };
    const principal = await authenticator.find(key);
    if (principal === undefined) {
      throttle(context.strangers.take(request.ip));
      throw unauthenticated('The key is not known or was revoked.');
    }
    requireReader(principal);
    throttle(context.requests.take(principal.keyId));
    context.fleets.prepare(principal.tenant);
    const { token, expiresAtUs } = await createSession(servicePool, principal, context.nowUs());
    reply.header('cache-control', 'no-store');
    reply.setCookie(SESSION_COOKIE, token, { ...cookieOptions(request), maxAge: SESSION_SECONDS });
    return describe({ ...principal, expiresAtUs });
  });

  mountOperation(app, context, 'getSession', async ({ principal }) => {
    // Whoever opens the dashboard looks at the fleet next.
    context.fleets.prepare(principal.tenant);
    return describe(principal);
  });

  mountPublicOperation(app, 'signOut', async ({ request, reply }) => {
    requireSameOrigin(request);
    const token = request.cookies[SESSION_COOKIE];
    if (token !== undefined && token !== '') {
      const session: Credential = { kind: 'session', sha256: sha256(token) };
      await deleteSession(servicePool, session);
      authenticator.forget(session);
    }
    reply.clearCookie(SESSION_COOKIE, cookieOptions(request));
    return undefined;
  });
}
