import { delay, type Logger } from '@verimeter/service-runtime';
import { connect } from 'mqtt';

import type { City } from './city.ts';
import { HOUR_MS, QUARTER_HOUR_MS } from './device-streams.ts';
import { sampleMessage, statusMessage } from './messages.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { countReadings, liveSamples, replay } from './replay.ts';
import { cityUntil, originAt } from './shown-city.ts';
import type { CitySize } from './sizes.ts';
import { openState, type SimulatorState, writeJson, writeState } from './state-file.ts';
import { cityTables, type CityTables } from './tables.ts';
import { TRUTH_FILE } from './truth-file.ts';
import { truth } from './truth.ts';

const DAY_MS = 24 * HOUR_MS;

export interface SimulatorProgress {
  readonly published: number;
  readonly total: number;
  readonly readingsPerSecond: number;
}

export interface SimulatorOptions {
  readonly seed: number;
  readonly size: CitySize;
  /** `mqtt://user:password@host:port` */
  readonly mqttUrl: string;
  readonly tenant: string;
  /** Holds `simulator.json` (how far this city was published) and `truth.json` (what it hides). */
  readonly stateDir: string;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Between two samples of the displays, default 3,000; 0: none. */
  readonly sampleEveryMs?: number;
  /** Messages that may wait for their PUBACK, default 200. */
  readonly maxOutstanding?: number;
  readonly onProgress?: (progress: SimulatorProgress) => void;
  /** Awaited before the first message: the moment to register the devices. */
  readonly onTables?: (tables: CityTables) => Promise<void>;
}

export interface Simulator {
  /** Settles when everything up to the start is acknowledged. Rejects when it cannot be published. */
  readonly historyDone: Promise<{ readonly readings: number }>;
  /** Settles when the simulator has ended: after `stop()`, or with the error that ended it. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

/** Publishes a city: first what is missing of its history, then live. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const now = options.now ?? Date.now;
  const abort = new AbortController();
  const { seed, size, log } = options;
  const state = await openState(options.stateDir, {
    seed,
    size,
    origin: originAt(size, now()),
  });
  const city = cityUntil(state, now());
  const publishedMs = now();
  await writeJson(options.stateDir, TRUTH_FILE, truth(city, publishedMs));
  await options.onTables?.(cityTables(city));
  const client = connect(options.mqttUrl, {
    clientId: `verimeter-simulator-${options.tenant}`,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 1000,
  });
  client.on('error', (error) => log.warn({ err: error }, 'simulator: MQTT error'));
  client.on('close', () => log.debug('simulator: connection closed'));
  const publisher = createPublisher(client, options.maxOutstanding ?? 200, abort.signal);
  const run: Run = { options, now, signal: abort.signal, publisher, city, state };

  const history = publishHistory(run, publishedMs);
  const finished = history.then(() => publishLive(run)).catch(unlessAborted(abort.signal));
  const end = async (): Promise<void> => {
    abort.abort();
    // What is still without PUBACK is given up: the state does not count it, the next start sends it again.
    await client.endAsync(true);
    await finished;
  };
  let ending: Promise<void> | undefined;
  return {
    historyDone: history,
    finished,
    async stop() {
      ending ??= end();
      await ending;
    },
  };
}

interface Run {
  readonly options: SimulatorOptions;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly publisher: Publisher;
  city: City;
  state: SimulatorState;
}

async function publishHistory(run: Run, untilMs: number): Promise<{ readings: number }> {
  const { city, options, publisher } = run;
  const afterMs = run.state.publishedThroughMs ?? city.historyStartMs - 1;
  const total = countReadings(city, afterMs, untilMs);
  const startedMs = run.now();
  const report = (): void => {
    const seconds = Math.max(1, run.now() - startedMs) / 1000;
    const published = publisher.acknowledged;
    options.onProgress?.({ published, total, readingsPerSecond: Math.round(published / seconds) });
  };
  report();
  if (run.state.publishedThroughMs === null) await publishStatus(run);
  await publishSpan(run, untilMs, report);
  report();
  options.log.info(
    { readings: total, city: run.state.size, seed: run.state.seed },
    'history published',
  );
  return { readings: total };
}

/** Publishes what is missing up to an instant; the state follows one day behind, when that day is acknowledged. */
async function publishSpan(run: Run, untilMs: number, report?: () => void): Promise<void> {
  const afterMs = run.state.publishedThroughMs ?? run.city.historyStartMs - 1;
  let previous: { readonly throughMs: number; readonly settled: Promise<void> } | undefined;
  const confirm = async (): Promise<void> => {
    if (previous === undefined) return;
    await previous.settled;
    run.publisher.check();
    run.state = { ...run.state, publishedThroughMs: previous.throughMs };
    await writeState(run.options.stateDir, run.state);
  };
  for (const slice of replay(run.city, run.options.tenant, afterMs, untilMs)) {
    let sent = 0;
    for (const message of slice.messages) {
      await run.publisher.publish(message);
      sent += 1;
      if (sent % 50 === 0) report?.();
    }
    await confirm();
    previous = { throughMs: slice.throughMs, settled: run.publisher.settled() };
    report?.();
  }
  await confirm();
}

async function publishStatus(run: Run): Promise<void> {
  for (const { device_id: deviceId } of run.city.devices) {
    const gateway = run.city.gateways.get(deviceId);
    await run.publisher.publish(statusMessage(run.options.tenant, { deviceId, gateway }));
  }
}

/** The readings of each quarter hour when it is over; between them some displays. */
async function publishLive(run: Run): Promise<void> {
  const sampleEveryMs = run.options.sampleEveryMs ?? 3000;
  for (;;) {
    // From what was published, not from the clock: a boundary that passes during a slow publication is not skipped.
    const published = run.state.publishedThroughMs ?? run.city.historyStartMs - 1;
    const boundary = (Math.floor(published / QUARTER_HOUR_MS) + 1) * QUARTER_HOUR_MS;
    const at = run.now();
    if (at >= boundary) {
      await catchUp(run, at);
      continue;
    }
    if (sampleEveryMs > 0) await publishSamples(run, at);
    const wait = boundary - at;
    await delay(sampleEveryMs > 0 ? Math.min(sampleEveryMs, wait) : wait, run.signal);
  }
}

async function publishSamples(run: Run, atMs: number): Promise<void> {
  for (const { stream, values } of liveSamples(run.city, atMs, 5)) {
    const message = sampleMessage(run.options.tenant, stream, atMs, values);
    if (message !== undefined) await run.publisher.publish(message);
  }
  run.publisher.check();
}

/** Publishes up to an instant, on a city built further where the present one ends. */
async function catchUp(run: Run, untilMs: number): Promise<void> {
  if (untilMs > run.city.startMs + run.city.days * DAY_MS - 2 * HOUR_MS)
    run.city = cityUntil(run.state, untilMs);
  await publishSpan(run, untilMs);
}

/** Ends quietly when told to stop; anything else is an error. */
function unlessAborted(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
