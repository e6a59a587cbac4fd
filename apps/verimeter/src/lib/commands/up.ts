import {
  ClusterVersionError,
  DirectoryInUseError,
  startEmbeddedPostgres,
} from '@verimeter/embedded';
import { engineText } from '@verimeter/open-store';
import { createServicePool, migrate } from '@verimeter/registry';
import {
  type Logger,
  type Shutdown,
  createLogger,
  createShutdown,
  runUntilSignal,
} from '@verimeter/service-runtime';
import { CommandError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openEngine, requireCurrentSchema } from '../database.ts';
import {
  type ReadyMessage,
  removeInstance,
  removeServer,
  writeInstance,
  writeServer,
} from '../instance-file.ts';
import { say, writeLine } from '../output.ts';
import type { Child } from '../up/children.ts';
import { analyzeInChild, startCity } from '../up/city.ts';
import { zoneOfCity } from '../register-city.ts';
import { printComparison } from '../up/comparison.ts';
import { introduce } from '../up/introduction.ts';
import { operatorKey } from '../up/operator-key.ts';
import { type UpOptions, alreadyRuns, readUpOptions } from '../up/options.ts';
import { keepAnalysed } from '../up/reanalysis.ts';
import { type Servers, startServers } from '../up/servers.ts';

async function openDatabase(
  context: CommandContext,
  log: Logger,
  shutdown: Shutdown,
): Promise<string> {
  const { databaseUrl, dataDir } = context.environment;
  if (databaseUrl !== undefined) return databaseUrl;
  say(`database: starting PostgreSQL in ${dataDir}`);
  try {
    const server = await startEmbeddedPostgres({ dataDir, log });
    shutdown.defer('database', () => server.stop());
    if (server.adopted) say('database: took over the server of a killed run');
    return server.url;
  } catch (error) {
    if (error instanceof ClusterVersionError)
      throw new CommandError(error.message, { cause: error });
    if (error instanceof DirectoryInUseError) throw alreadyRuns(dataDir, error.pid, error);
    throw error;
  }
}

async function serve(
  context: CommandContext,
  options: UpOptions,
  log: Logger,
  shutdown: Shutdown,
): Promise<void> {
  const { tenant, environment, json } = context;
  const { dataDir } = environment;
  const databaseUrl = await openDatabase(context, log, shutdown);
  await removeInstance(dataDir); // of a run that was killed
  const { applied } = await migrate(databaseUrl);
  say(`database: ready${applied.length > 0 ? `, ${applied.length} migrations applied` : ''}`);
  const pool = createServicePool(databaseUrl, {
    applicationName: 'verimeter-up',
    max: 8,
    // The server's last word to connections that are being closed is no news.
    onError: (error) => {
      if (!shutdown.signal.aborted)
        log.warn({ reason: error.message }, 'a database connection broke');
    },
  });
  shutdown.defer('connections', () => pool.end());
  await requireCurrentSchema(pool, databaseUrl);
  const engine = await openEngine(pool, environment);
  const { store, upkeep } = engine;
  shutdown.defer('store', () => engine.close());
  say(`readings: in ${engineText(engine)}`);
  const apiKey = await operatorKey(pool, {
    tenant,
    zone: options.city === 'small' ? zoneOfCity(environment) : environment.zone,
    dataDir,
  });
  const servers: Servers = await startServers({
    pool,
    store,
    upkeep,
    databaseUrl,
    readingStore: environment.readingStore,
    host: options.host,
    httpPort: options.httpPort,
    mqttPort: options.mqttPort,
    tenant,
    log,
    shutdown,
  });
  await writeServer(dataDir, {
    pid: process.pid,
    database_url: databaseUrl,
    mqtt_url: servers.simulatorMqtt,
  });
  shutdown.defer('server.json', () => removeServer(dataDir));
  say(`broker: ${servers.mqtt}`);
  say(`API and dashboard: ${servers.http}/#key=${apiKey}`);

  let analysis: Child | undefined;
  shutdown.defer('analysis', () => analysis?.stop());
  const analyze = (onStep: (step: string) => void): Promise<void> =>
    analyzeInChild({ tenant, dataDir, databaseUrl }, (child) => (analysis = child), onStep);

  if (options.city === 'small') {
    const city = startCity({
      seed: options.seed,
      tenant,
      dataDir,
      databaseUrl,
      mqttUrl: servers.simulatorMqtt,
    });
    shutdown.defer('simulator', () => city.simulator.stop());
    await city.history;
    const begin = performance.now();
    await analyze((step) => say(`analysis: ${step}`));
    say(`analysis: done in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    void city.simulator.exited.then((status) => {
      if (!shutdown.signal.aborted) log.error({ status }, 'the simulator ended');
    });
  }
  if (shutdown.signal.aborted) return;

  const ready: ReadyMessage = {
    event: 'ready',
    http: servers.http,
    mqtt: servers.mqtt,
    tenant,
    api_key: apiKey,
  };
  await writeInstance(dataDir, ready);
  shutdown.defer('instance.json', () => removeInstance(dataDir));
  await writeLine(json ? JSON.stringify(ready) : `ready http=${ready.http} mqtt=${ready.mqtt}`);
  await introduce(pool, ready);
  if (options.city === 'small') await printComparison(pool, { tenant, dataDir });
  // Told to stop meanwhile: the connections are gone, or about to.
  if (shutdown.signal.aborted) return;
  const following = keepAnalysed({
    pool,
    tenant,
    log,
    signal: shutdown.signal,
    analyze: () => analyze((step) => log.debug({ step }, 'hourly analysis')),
  });
  shutdown.defer('hourly analysis', () => following);
  // Not needed before: what the estimators need to load does not hold up the start.
  const { keepIntervals, keepLateMarks, keepScanned, keepValidated } =
    await import('@verimeter/analytics');
  const watching = { pool, store, log, signal: shutdown.signal };
  const scanning = keepScanned(watching);
  shutdown.defer('registers', () => scanning);
  const marking = keepLateMarks(watching);
  shutdown.defer('late readings', () => marking);
  const forming = keepIntervals(watching);
  shutdown.defer('intervals', () => forming);
  const validating = keepValidated(watching);
  shutdown.defer('validation', () => validating);
}

/** Runs everything on this machine until it is told to stop. */
export async function run(context: CommandContext): Promise<number> {
  const { environment } = context;
  const options = await readUpOptions(context);
  const log = createLogger('up', environment.logLevelGiven ? environment.logLevel : 'warn');
  const shutdown = createShutdown(log);
  // From here on a signal stops what has been started so far.
  const finished = runUntilSignal(shutdown);
  try {
    await serve(context, options, log, shutdown);
  } catch (error) {
    const stopped = shutdown.signal.aborted;
    await shutdown.stop('failed to start');
    if (!stopped) {
      await finished;
      throw error;
    }
  }
  const status = await finished;
  say('stopped');
  return status;
}
