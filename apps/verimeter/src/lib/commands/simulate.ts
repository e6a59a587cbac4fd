import path from 'node:path';
import { createServicePool } from '@verimeter/registry';
import { createLogger, createShutdown, runUntilSignal } from '@verimeter/service-runtime';
import { type CityTables, StateFileError, runSimulate } from '@verimeter/simulator';
import { readMqttUrl } from '../../config.ts';
import { CommandError, choice, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { requireCurrentSchema, withStore } from '../database.ts';
import { readServer } from '../instance-file.ts';
import { say } from '../output.ts';
import { linkToParent } from '../parent-link.ts';
import { createProgress, grouped } from '../progress.ts';
import { registerCity, zoneOfCity } from '../register-city.ts';

/** Where the simulator keeps how far it is, and what its city hides. */
export const simulatorDirectory = (dataDir: string, tenant: string): string =>
  path.join(dataDir, `city-${tenant}`);

/** Publishes a simulated city until it is told to stop. */
export async function run(context: CommandContext): Promise<number> {
  const { environment, tenant } = context;
  const size = choice(context.option('city') ?? 'small', ['small', 'tiny'], '--city');
  const seed = wholeNumber(context.option('seed') ?? '1', 'seed', 0, 2 ** 31);
  const server = await readServer(environment.dataDir);
  const mqttUrl = readMqttUrl() ?? server?.mqtt_url;
  if (mqttUrl === undefined)
    throw new CommandError('no broker: set MQTT_URL, or start verimeter up on this data directory');
  const databaseUrl = environment.databaseUrl ?? server?.database_url;
  const log = createLogger('simulator', environment.logLevelGiven ? environment.logLevel : 'warn');
  const shutdown = createShutdown(log);
  const parent = linkToParent(() => void shutdown.stop('the parent has ended'));
  const progress = createProgress('history');
  const stateDir = simulatorDirectory(environment.dataDir, tenant);

  async function register(tables: CityTables): Promise<void> {
    if (databaseUrl === undefined) {
      say('no DATABASE_URL: the devices of the city must be registered by other means');
      return;
    }
    const pool = createServicePool(databaseUrl, { applicationName: 'verimeter-simulate', max: 2 });
    try {
      await requireCurrentSchema(pool, databaseUrl);
      const devices = await withStore(pool, environment, (store) =>
        registerCity(pool, tables, {
          store,
          tenant,
          zone: zoneOfCity(environment),
          directory: environment.dataDir,
        }),
      );
      parent.tell({ type: 'registered', devices });
    } finally {
      await pool.end();
    }
  }

  const simulation = runSimulate({
    seed,
    size,
    mqttUrl,
    tenant,
    stateDir,
    log,
    signal: shutdown.signal,
    onTables: register,
    onProgress: ({ published, total, readingsPerSecond }) => {
      parent.tell({ type: 'progress', published, total, readingsPerSecond });
      if (!parent.isChild)
        progress.update(published, total, `${grouped(readingsPerSecond)} readings/s`);
    },
    onHistoryDone: ({ readings }) => {
      parent.tell({ type: 'history', readings });
      if (!parent.isChild)
        progress.finish(`${grouped(readings)} readings published; now live, Ctrl-C stops`);
    },
  });
  simulation.catch(() => void shutdown.stop('failed'));
  shutdown.defer('simulator', () => simulation.catch(() => undefined)); // told below
  const status = await runUntilSignal(shutdown);
  parent.release();
  try {
    await simulation;
  } catch (error) {
    if (error instanceof StateFileError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
  return status;
}
