import { randomBytes } from 'node:crypto';
import { startApi } from '@verimeter/api';
import { type Broker, startBroker } from '@verimeter/embedded';
import { createPipeline, loadSources, SourceDirectory } from '@verimeter/ingest';
import type { ReadingStoreSettings } from '@verimeter/open-store';
import type { ReadingStore, StoreUpkeep } from '@verimeter/reading-store';
import type { Pool, PoolClient } from '@verimeter/registry';
import { type Logger, type Shutdown, createMetrics } from '@verimeter/service-runtime';
import { readAllowPrivateWebhooks, readRetentionDays } from '../../config.ts';
import { CommandError } from '../arguments.ts';
import { findDashboard } from '../dashboard-files.ts';
import { say } from '../output.ts';
import { createDeviceLogin, hasDeviceKeys, isLoopback } from './device-login.ts';

export interface ServerOptions {
  readonly pool: Pool;
  readonly store: ReadingStore<PoolClient>;
  readonly upkeep: StoreUpkeep;
  readonly databaseUrl: string;
  readonly readingStore: ReadingStoreSettings;
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly tenant: string;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

export interface Servers {
  readonly http: string;
  readonly mqtt: string;
  /** For the simulator of this process: with credentials where the broker asks for them. */
  readonly simulatorMqtt: string;
}

/** What a client connects to: a wildcard address listens everywhere, also here. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};

/** Connections that end because this process stops are no news: Ctrl-C reaches the database, too. */
function quietWhenStopping(log: Logger, stopping: AbortSignal): Logger {
  const own = log.child({});
  stopping.addEventListener('abort', () => {
    own.level = 'error';
  });
  return own;
}

/** Broker with the ingest pipeline behind it, and the API with the dashboard; released in reverse order. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const { pool, databaseUrl, host, tenant, shutdown } = options;
  const log = quietWhenStopping(options.log, shutdown.signal);
  const open = isLoopback(host);
  if (!open && !(await hasDeviceKeys(pool)))
    throw new CommandError(
      `--host ${host} would let anybody on the network publish readings: first make a device key with\n` +
        '  verimeter keys create --role device\nDevices then log in with the tenant as user name and the key as password.',
    );
  const metrics = createMetrics('up');
  const sources = new SourceDirectory();
  await loadSources(pool, sources);
  const pipeline = createPipeline({
    pool,
    store: options.store,
    log,
    metrics,
    defaultTenant: tenant,
    upkeep: options.upkeep,
    retentionDays: readRetentionDays(),
    sources,
  });
  const password = randomBytes(24).toString('base64url');
  let broker: Broker;
  try {
    broker = await startBroker({
      host,
      port: options.mqttPort,
      log,
      accept: (message) => pipeline.accept(message),
      takes: (topic) => topic.startsWith('verimeter/') || sources.tenantOf(topic) !== undefined,
      authenticate: open ? undefined : createDeviceLogin(pool, { tenant, password }, sources),
    });
  } catch (error) {
    await pipeline.close();
    throw error;
  }
  sources.publish = ({ topic, payload }) => broker.publish(topic, payload);
  shutdown.defer('broker', () => broker.stop());
  // First what was received is committed and acknowledged; only then do the connections end.
  shutdown.defer('ingest', () => pipeline.close(4000));
  const dashboardDir = findDashboard();
  if (dashboardDir === undefined)
    say('the dashboard is not built (pnpm --filter dashboard build); the API runs without it');
  const api = await startApi({
    databaseUrl,
    readingStore: options.readingStore,
    host,
    port: options.httpPort,
    dashboardDir,
    allowPrivateWebhooks: readAllowPrivateWebhooks(),
    log,
    metrics,
  });
  shutdown.defer('API', () => api.stop());
  const address = reachable(host);
  const credentials = open ? '' : `${encodeURIComponent(tenant)}:${password}@`;
  return {
    http: `http://${address}:${api.port}`,
    mqtt: `mqtt://${address}:${broker.port}`,
    simulatorMqtt: `mqtt://${credentials}${address}:${broker.port}`,
  };
}
