import { type ReadinessCheck, evaluateReadiness } from '@verimeter/service-runtime';
import type { FastifyInstance } from 'fastify';
import { Gauge, Histogram, type Registry } from 'prom-client';

/** `/health/live`, `/health/ready` and `/metrics`, and the measurements of every request. */
export function registerObservability(
  app: FastifyInstance,
  options: {
    readonly checks: Readonly<Record<string, ReadinessCheck>>;
    readonly metrics: Registry;
    readonly liveReaders: () => number;
  },
): void {
  const { checks, metrics, liveReaders } = options;
  const durations = new Histogram({
    name: 'api_request_seconds',
    help: 'Time from the request to the end of its answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  const readers: Gauge = new Gauge({
    name: 'api_live_readers',
    help: 'Open event streams',
    registers: [metrics],
    collect: () => {
      readers.set(liveReaders());
    },
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    // A stream lasts as long as its reader wants.
    if (route.endsWith('/events')) return;
    durations.observe(
      { method: request.method, route, status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });

  app.get('/health/live', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'live' };
  });
  app.get('/health/ready', async (_request, reply) => {
    const readiness = await evaluateReadiness(checks);
    return reply
      .code(readiness.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(readiness);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
