import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, problemDocument, toProblemError } from '../problem-error.ts';

/** Sends the error as `application/problem+json`; what is the server's fault is logged with its cause. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblemError(error);
  const document = problemDocument(problem);
  if (document.status >= 500)
    request.log[document.code === 'internal' ? 'error' : 'warn'](
      { err: problem.cause ?? problem },
      'request failed',
    );
  reply
    .code(document.status)
    .headers({ ...problem.headers, 'cache-control': 'no-store' })
    .type('application/problem+json')
    // As bytes: to text Fastify would add a charset, which JSON types do not have (RFC 8259, 11).
    .send(Buffer.from(JSON.stringify(document)));
}

export function unknownAddress(request: FastifyRequest): ProblemError {
  return new ProblemError(
    'not_found',
    `There is no ${request.method} ${request.url.split('?', 1)[0] ?? ''}; see /docs.`,
  );
}

/** Every error of a request becomes a problem document. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    sendProblem(error, request, reply);
  });
}
