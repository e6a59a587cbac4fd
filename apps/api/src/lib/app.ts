import fastifyCookie from '@fastify/cookie';
import { openApiDocument } from '@verimeter/api-schema';
import type { ReadinessCheck } from '@verimeter/service-runtime';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { ApiContext } from './context.ts';
import { mountPublicOperation } from './mount-operation.ts';
import { registerAllowedMethods } from './plugins/allowed-methods.ts';
import { registerDashboard } from './plugins/dashboard.ts';
import { registerDocs } from './plugins/docs.ts';
import { registerObservability } from './plugins/observability.ts';
import { registerProblems, sendProblem } from './plugins/problems.ts';
import { registerSecurityHeaders } from './plugins/security-headers.ts';
import { registerCapacityRoutes } from './routes/capacities.ts';
import { registerClockRoutes } from './routes/clocks.ts';
import { registerCustomerRequestRoutes } from './routes/customer-requests.ts';
import { registerDocumentRoutes } from './routes/documents.ts';
import { registerEventRoutes } from './routes/events.ts';
import { registerExceptionRoutes } from './routes/exceptions.ts';
import { registerFindingRoutes } from './routes/findings.ts';
import { registerFleetTableRoutes } from './routes/fleet-table.ts';
import { registerFleetRoutes } from './routes/fleet.ts';
import { registerFloodRoutes } from './routes/floods.ts';
import { registerGroupBalanceRoutes } from './routes/group-balance.ts';
import { registerHealthRoutes } from './routes/health.ts';
import { registerLegalEventRoutes } from './routes/legal-events.ts';
import { registerLegalRuleRoutes } from './routes/legal-rules.ts';
import { registerLegalStateRoutes } from './routes/legal-states.ts';
import { registerLotRoutes } from './routes/lots.ts';
import { registerIntervalRoutes } from './routes/intervals.ts';
import { registerLedgerRoutes } from './routes/ledger.ts';
import { registerPlanPrintRoutes } from './routes/plan-prints.ts';
import { registerPlanRoutes } from './routes/plans.ts';
import { registerQuarantineRoutes } from './routes/quarantine.ts';
import { registerReadingRoutes } from './routes/readings.ts';
import { registerRegisterEventRoutes } from './routes/register-events.ts';
import { registerReplayRoutes } from './routes/replays.ts';
import { registerSavedViewRoutes } from './routes/saved-views.ts';
import { registerReportRoutes } from './routes/reports.ts';
import { registerSessionRoutes } from './routes/session.ts';
import { registerStakeRoutes } from './routes/stakes.ts';
import { registerSummaryRoutes } from './routes/summary.ts';
import { registerSourceRoutes } from './routes/sources.ts';
import { registerTrackRecordRoutes } from './routes/track-record.ts';
import { registerValidationRuleRoutes } from './routes/validation-rules.ts';
import { registerVerificationRoutes } from './routes/verifications.ts';
import { registerWebhookRoutes } from './routes/webhooks.ts';
import { registerValueVersionRoutes } from './routes/value-versions.ts';

/** Version of the HTTP contract, as OpenAPI's `info.version`. */
const CONTRACT_VERSION = '1.0.0';
const BODY_LIMIT_BYTES = 64 * 1024;

export interface AppOptions {
  readonly context: ApiContext;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Directory of the built page; undefined: API only. */
  readonly dashboardDir?: string | undefined;
  /** Addresses of proxies whose `X-Forwarded-*` headers are believed; default: none. */
  readonly trustProxy?: string | undefined;
}

/** The HTTP application, ready for `listen` or `inject`; opens no socket. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { context } = options;
  // The narrower type would make every plugin one for pino only.
  const loggerInstance: FastifyBaseLogger = context.log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    // A client has this long to send its request; answers and streams may take longer.
    requestTimeout: 30_000,
    trustProxy: options.trustProxy ?? false,
    // Device ids have up to 128 characters, percent-encoded three bytes each.
    routerOptions: { maxParamLength: 384 },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
  });
  // Only JSON bodies; text would otherwise be taken for a wrong object instead of a wrong type.
  app.removeContentTypeParser('text/plain');
  registerProblems(app);
  registerSecurityHeaders(app);
  registerAllowedMethods(app);
  await app.register(fastifyCookie);
  registerObservability(app, {
    checks: options.checks,
    metrics: context.metrics,
    liveReaders: () => context.hub.readers,
  });

  const document = openApiDocument(CONTRACT_VERSION);
  mountPublicOperation(app, 'getOpenApi', async () => ({ ...document, openapi: '3.1.0' }));
  await registerDocs(app, document);
  registerFleetRoutes(app, context);
  registerGroupBalanceRoutes(app, context);
  registerFleetTableRoutes(app, context);
  registerSavedViewRoutes(app, context);
  registerClockRoutes(app, context);
  registerReadingRoutes(app, context);
  registerIntervalRoutes(app, context);
  registerRegisterEventRoutes(app, context);
  registerExceptionRoutes(app, context);
  registerValidationRuleRoutes(app, context);
  registerSourceRoutes(app, context);
  registerVerificationRoutes(app, context);
  registerLegalStateRoutes(app, context);
  registerLegalEventRoutes(app, context);
  registerLegalRuleRoutes(app, context);
  registerCustomerRequestRoutes(app, context);
  registerDocumentRoutes(app, context);
  registerReportRoutes(app, context);
  registerValueVersionRoutes(app, context);
  registerHealthRoutes(app, context);
  registerLotRoutes(app, context);
  registerSummaryRoutes(app, context);
  registerStakeRoutes(app, context);
  registerFindingRoutes(app, context);
  registerCapacityRoutes(app, context);
  registerPlanRoutes(app, context);
  registerTrackRecordRoutes(app, context);
  registerWebhookRoutes(app, context);
  registerPlanPrintRoutes(app, context);
  registerLedgerRoutes(app, context);
  registerFloodRoutes(app, context);
  registerQuarantineRoutes(app, context);
  registerReplayRoutes(app, context);
  registerSessionRoutes(app, context);
  registerEventRoutes(app, context);
  await registerDashboard(app, options.dashboardDir);
  // Streams end before the server waits for its connections.
  app.addHook('preClose', async () => context.hub.close());
  return app;
}
