import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Registry } from 'prom-client';

/** `ok`, or what is wrong in a few words. */
export type CheckState = 'ok' | (string & {});

/** Resolves when the thing works now; the rejection's message is shown. Aborted after the deadline. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<void> | void;

export interface Readiness {
  readonly status: 'ready' | 'not_ready';
  readonly checks: Readonly<Record<string, CheckState>>;
}

export interface HealthServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** The state of all checks, each given at most `timeoutMs` (a probe must answer before its own deadline). */
export async function evaluateReadiness(
  checks: Readonly<Record<string, ReadinessCheck>>,
  timeoutMs = 2000,
): Promise<Readiness> {
  const entries = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, await evaluate(check, timeoutMs)] as const,
    ),
  );
  const ready = entries.every(([, state]) => state === 'ok');
  return { status: ready ? 'ready' : 'not_ready', checks: Object.fromEntries(entries) };
}

async function evaluate(check: ReadinessCheck, timeoutMs: number): Promise<CheckState> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([Promise.resolve(check(controller.signal)), deadline]);
    return 'ok';
  } catch (error) {
    return error instanceof Error && error.message !== '' ? error.message : 'failed';
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Serves `/health/live`, `/health/ready` (200 or 503 with `{status, checks}`), `/metrics`, and JSON of the service's own
 * below `/health/`. Port 0: any free one.
 */
export async function startHealthServer(options: {
  readonly host: string;
  readonly port: number;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: Registry;
  readonly pages?: Readonly<Record<string, () => unknown>>;
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      // A metric whose collector throws must not take the probe endpoints down with it.
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error instanceof Error ? error.message : 'failed');
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    port,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: {
    readonly checks: Readonly<Record<string, ReadinessCheck>>;
    readonly metrics: Registry;
    readonly pages?: Readonly<Record<string, () => unknown>>;
  },
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  switch (path) {
    case '/health/live':
      sendJson(response, 200, { status: 'live' });
      return;
    case '/health/ready': {
      const readiness = await evaluateReadiness(options.checks);
      sendJson(response, readiness.status === 'ready' ? 200 : 503, readiness);
      return;
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': options.metrics.contentType });
      response.end(await options.metrics.metrics());
      return;
    default: {
      const page = options.pages?.[path];
      if (page === undefined) sendJson(response, 404, { status: 'not_found' });
      else sendJson(response, 200, page());
    }
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
