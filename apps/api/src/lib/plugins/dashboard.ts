import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendProblem, unknownAddress } from './problems.ts';

const PLAIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Verimeter API</title>
<h1>Verimeter API</h1>
<p>The API is running. The web page is not built here; build it with <code>vite build</code> in <code>apps/dashboard</code>.</p>
<ul>
<li><a href="/docs">Description of the API</a></li>
<li><a href="/health/ready">State of the service</a></li>
</ul>
</html>
`;

/** Addresses that are never a view of the page. */
const NOT_A_VIEW = /^\/(api|docs|health|metrics|problems|assets)(\/|$)/;

/** Serves the built page, its views included (the page reads the address itself); without one, a page that says so. */
export async function registerDashboard(
  app: FastifyInstance,
  directory: string | undefined,
): Promise<void> {
  const built = directory !== undefined && existsSync(path.join(directory, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: directory,
      // Names under assets/ hold a hash of the content, everything else may change with the next version.
      cacheControl: false,
      setHeaders: (reply, file) => {
        const hashed = path.relative(directory, file).startsWith(`assets${path.sep}`);
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  } else {
    app.get('/', async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(PLAIN_PAGE),
    );
  }
  app.setNotFoundHandler((request, reply) => {
    if (built && isView(request)) return reply.sendFile('index.html');
    sendProblem(unknownAddress(request), request, reply);
    return reply;
  });
}

function isView(request: FastifyRequest): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    !NOT_A_VIEW.test(request.url) &&
    (request.headers.accept ?? '').includes('text/html')
  );
}
