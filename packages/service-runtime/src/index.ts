export {
  ConfigurationError,
  envField,
  parseConfig,
  redactUrl,
  variableNames,
} from './lib/parse-config.ts';
export { fileVariable } from './lib/environment-variable.ts';
export { type Logger, type LogLevel, LOG_LEVELS, createLogger } from './lib/logger.ts';
export { createMetrics } from './lib/metrics.ts';
export {
  type CheckState,
  type HealthServer,
  type ReadinessCheck,
  evaluateReadiness,
  startHealthServer,
} from './lib/health-server.ts';
export { openThread } from './lib/open-thread.ts';
export { type Shutdown, type StopSignal, createShutdown, runUntilSignal } from './lib/shutdown.ts';
export { type RetryOptions, AbortedError, backoffDelayMs, delay, retry } from './lib/retry.ts';
export { type Rounds, startRounds } from './lib/rounds.ts';
