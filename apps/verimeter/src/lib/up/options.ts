import { dataDirectoryHolder } from '@verimeter/embedded';
import { CommandError, UsageError, choice, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { PortTakenError, choosePort } from './ports.ts';

export interface UpOptions {
  readonly city: 'small' | 'none';
  readonly seed: number;
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
}

const DEFAULT_HTTP_PORT = 8080;
const DEFAULT_MQTT_PORT = 1883;

async function parseOptions(context: CommandContext): Promise<UpOptions> {
  const city = choice(context.option('city') ?? 'small', ['small', 'none'], '--city');
  const seed = wholeNumber(context.option('seed') ?? '1', 'seed', 0, 2 ** 31);
  const host = context.option('host') ?? '127.0.0.1';
  const port = (option: string): number | undefined => {
    const written = context.option(option);
    return written === undefined ? undefined : wholeNumber(written, option, 0, 65_535);
  };
  const askedHttp = port('port');
  const askedMqtt = port('mqtt-port');
  if (askedHttp !== undefined && askedHttp === askedMqtt && askedHttp !== 0)
    throw new UsageError('--port and --mqtt-port must differ');
  // Before anything is started: a port that is taken should not cost a minute.
  const httpPort = await choosePort({
    host,
    asked: askedHttp,
    standard: DEFAULT_HTTP_PORT,
    option: 'port',
  });
  const mqttPort = await choosePort({
    host,
    asked: askedMqtt,
    standard: DEFAULT_MQTT_PORT,
    option: 'mqtt-port',
  });
  return { city, seed, host, httpPort, mqttPort };
}

export const alreadyRuns = (dataDir: string, pid: number, cause: Error): CommandError =>
  new CommandError(
    `verimeter already runs on ${dataDir} (process ${pid}); stop it, or use another --data-dir`,
    { cause },
  );

/** A second start of the same command stumbles over the ports of the first, but what is in use is the directory. */
function explainTakenPort(context: CommandContext, error: unknown): unknown {
  const { databaseUrl, dataDir } = context.environment;
  if (!(error instanceof PortTakenError) || databaseUrl !== undefined) return error;
  const pid = dataDirectoryHolder(dataDir);
  return pid === undefined ? error : alreadyRuns(dataDir, pid, error);
}

/** What `up` was asked for, with ports that are free. @throws CommandError where one that was asked for is taken. */
export async function readUpOptions(context: CommandContext): Promise<UpOptions> {
  try {
    return await parseOptions(context);
  } catch (error) {
    throw explainTakenPort(context, error);
  }
}
