import type { FastifyInstance } from 'fastify';

/** Everything from this origin, nothing inline, no frames. Styles set through the DOM (React, uPlot) need no exception. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Swagger UI sets style attributes in its markup. */
export const DOCS_CONTENT_SECURITY_POLICY = `${CONTENT_SECURITY_POLICY}; style-src 'self' 'unsafe-inline'`;

export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
}
