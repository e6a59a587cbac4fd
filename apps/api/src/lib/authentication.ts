import { createHash } from 'node:crypto';
import { type ReaderRole, READER_ROLES } from '@verimeter/api-schema';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem-error.ts';

export const SESSION_COOKIE = 'verimeter_session';

/** Who is asking, as the key or session says. */
export interface Principal {
  readonly keyId: string;
  /** What the key was given to; null: nothing was said. */
  readonly keyName: string | null;
  readonly tenant: string;
  readonly role: ReaderRole | 'device';
  readonly zone: string;
  /** Microseconds since 1970; null: asked with the key itself. */
  readonly expiresAtUs: number | null;
}

export type Credential =
  | { readonly kind: 'key'; readonly sha256: Buffer }
  | { readonly kind: 'session'; readonly sha256: Buffer };

export interface Authenticator {
  /** The principal of a credential, or undefined. May be up to `ttlMs` old. */
  find(credential: Credential): Promise<Principal | undefined>;
  /** Forgets a credential, so that the next request asks the database. */
  forget(credential: Credential): void;
}

const MAXIMUM_ENTRIES = 10_000;

export function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

const nameOf = (credential: Credential): string =>
  `${credential.kind}:${credential.sha256.toString('base64')}`;

/**
 * Looks credentials up through `lookUp`, remembered for `ttlMs`: a revoked key stops working within that time.
 * Unknown ones are not remembered, so a key works from the moment it is created.
 */
export function createAuthenticator(
  lookUp: (credential: Credential) => Promise<Principal | undefined>,
  options: { readonly ttlMs?: number; readonly nowMs?: () => number } = {},
): Authenticator {
  const { ttlMs = 2000, nowMs = () => performance.now() } = options;
  const known = new Map<string, { principal: Principal; untilMs: number }>();

  return {
    async find(credential) {
      const name = nameOf(credential);
      const now = nowMs();
      const found = known.get(name);
      if (found !== undefined && found.untilMs > now) return found.principal;
      known.delete(name);
      const principal = await lookUp(credential);
      if (principal === undefined) return undefined;
      if (known.size >= MAXIMUM_ENTRIES) {
        const oldest = known.keys().next();
        if (oldest.done !== true) known.delete(oldest.value);
      }
      known.set(name, { principal, untilMs: now + ttlMs });
      return principal;
    },
    forget(credential) {
      known.delete(nameOf(credential));
    },
  };
}

/** The credential a request carries; a key in the header goes before a cookie. */
export function credentialOf(request: FastifyRequest): Credential | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const key = /^Bearer +([\x21-\x7e]{1,512}) *$/i.exec(header)?.[1];
    if (key === undefined)
      throw unauthenticated('The authorization header must read "Bearer" and the key.');
    return { kind: 'key', sha256: sha256(key) };
  }
  const token = request.cookies[SESSION_COOKIE];
  return token === undefined || token === ''
    ? undefined
    : { kind: 'session', sha256: sha256(token) };
}

export function unauthenticated(detail: string): ProblemError {
  return new ProblemError('unauthenticated', detail, {
    headers: { 'www-authenticate': 'Bearer realm="verimeter"' },
  });
}

/** The role, when it may read. @throws {ProblemError} `forbidden` */
export function requireReader(principal: Principal): ReaderRole {
  if (principal.role === 'device')
    throw new ProblemError(
      'forbidden',
      'A device key may publish, but not read; use a key with role viewer, operator or admin.',
    );
  return principal.role;
}

/** @throws {ProblemError} `forbidden` unless the role has at least the rights of `least`. */
export function requireRole(principal: Principal, least: ReaderRole): void {
  const role = requireReader(principal);
  if (READER_ROLES.indexOf(role) < READER_ROLES.indexOf(least))
    throw new ProblemError(
      'forbidden',
      `This needs a key with role ${least} or higher; this one is ${role}.`,
    );
}

/**
 * Refuses a request that another site made the browser send. Browsers name the origin of every request that is not
 * GET, and say `Sec-Fetch-Site`, which also holds where a proxy rewrites the host. Programs send neither.
 *
 * @throws {ProblemError} `forbidden`
 */
export function requireSameOrigin(request: FastifyRequest): void {
  const { origin, host = '', 'sec-fetch-site': site } = request.headers;
  const same =
    site === undefined
      ? origin === undefined || hostOf(origin) === host.toLowerCase()
      : site === 'same-origin' || site === 'none';
  if (!same)
    throw new ProblemError(
      'forbidden',
      'A session is accepted from its own page only (headers Origin and Sec-Fetch-Site); programs use a key.',
    );
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
