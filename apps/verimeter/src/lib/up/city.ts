import { CommandError } from '../arguments.ts';
import { say } from '../output.ts';
import { createProgress, grouped } from '../progress.ts';
import { type Child, startChild } from './children.ts';

export interface CityOptions {
  readonly seed: number;
  readonly tenant: string;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly mqttUrl: string;
}

export interface RunningCity {
  readonly simulator: Child;
  /** Settles when the history is published; rejects when the simulator ends before. */
  readonly history: Promise<{ readonly readings: number }>;
}

/** Starts the simulator of the city as a child process and shows how its history is published. */
export function startCity(options: CityOptions): RunningCity {
  const progress = createProgress('history');
  const begin = performance.now();
  const published = Promise.withResolvers<{ readonly readings: number }>();
  say('city: building and registering');
  const simulator = startChild(
    [
      'simulate',
      '--city',
      'small',
      '--seed',
      String(options.seed),
      '--tenant',
      options.tenant,
      '--data-dir',
      options.dataDir,
    ],
    { DATABASE_URL: options.databaseUrl, MQTT_URL: options.mqttUrl },
    (message) => {
      if (message.type === 'registered') say(`city: ${message.devices} devices registered`);
      // Nothing to catch up on: no progress to show.
      if (message.type === 'progress' && message.total > 0)
        progress.update(
          message.published,
          message.total,
          `${grouped(message.published)} of ${grouped(message.total)} readings, ${grouped(message.readingsPerSecond)}/s`,
        );
      if (message.type === 'history') {
        const seconds = (performance.now() - begin) / 1000;
        progress.finish(
          message.readings === 0
            ? 'complete, continued live'
            : `${grouped(message.readings)} readings in ${seconds.toFixed(1)} s`,
        );
        published.resolve({ readings: message.readings });
      }
    },
  );
  const history = Promise.race([
    published.promise,
    simulator.exited.then((status): never => {
      throw new CommandError(`the simulator ended with exit status ${status}; see the lines above`);
    }),
  ]);
  return { simulator, history };
}

/** Runs one analysis in a child process. @throws CommandError where it failed. */
export async function analyzeInChild(
  options: Pick<CityOptions, 'tenant' | 'dataDir' | 'databaseUrl'>,
  onChild: (child: Child) => void,
  onStep: (step: string) => void,
): Promise<void> {
  const child = startChild(
    ['analyze', '--tenant', options.tenant, '--data-dir', options.dataDir],
    { DATABASE_URL: options.databaseUrl },
    (message) => {
      if (message.type === 'step') onStep(message.step);
    },
  );
  onChild(child);
  const status = await child.exited;
  if (status !== 0) throw new CommandError(`the analysis ended with exit status ${status}`);
}
