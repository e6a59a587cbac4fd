import type { Pool } from '@verimeter/registry';
import { median, quantile } from '@verimeter/statistics';
import { peakMemory } from '../ingest/process-figures.ts';
import { processorMs } from '../store/processor-queue.ts';
import type { BenchApi } from './bench-api.ts';
import { TENANT } from './fill-fleet.ts';
import { type Parameters, randomQuestions, systematicQuestions } from './fleet-questions.ts';

interface Measured {
  readonly what: string;
  readonly requests: number;
  /** Milliseconds from request to the end of the answer. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /**
   * Processor time of the API, its connections to the database and this program, which work one after the other: about what a request would take
   * on a machine with nothing else to do. Undefined where the kernel does not say.
   */
  readonly processor: Percentiles | undefined;
  readonly slowest: Parameters;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Timed {
  readonly ms: number;
  readonly processor: number | undefined;
  readonly question: Parameters;
}

export interface FleetFigures {
  /** From the first request to its answer, in which the fleet is read into memory. */
  readonly load_seconds: number;
  readonly rows: number;
  readonly index_bytes: number;
  readonly peak_bytes: number | undefined;
  readonly measured: readonly Measured[];
}

/** Devices whose state changes every tenth of a second while it is asked. */
const CHANGED_AT_ONCE = 10;
const DEEP_PAGES = 200;
const RETRY_MS = 1000;

interface Answer {
  readonly items?: readonly unknown[];
  readonly next_cursor?: string | null;
}

export async function measureFleet(
  api: BenchApi,
  key: string,
  pool: Pool,
  requests: number,
  onStep: (text: string) => void,
): Promise<FleetFigures> {
  const ask = async (path: string, parameters: Parameters): Promise<Response> =>
    fetch(`${api.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`, {
      headers: { authorization: `Bearer ${key}` },
    });
  const read = async (path: string, parameters: Parameters): Promise<Answer> => {
    const response = await ask(path, parameters);
    const body: unknown = await response.json();
    if (!response.ok)
      throw new Error(`${path} ${JSON.stringify(parameters)}: ${JSON.stringify(body)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the API's own tests hold it to
    return body as Answer;
  };

  /** This program, the API, and the connections it has open. */
  let pids: readonly number[] = [];
  async function findProcesses(): Promise<void> {
    const own = [process.pid, ...(api.pid === undefined ? [] : [api.pid])];
    pids = [...own, ...(await connectionsOf(pool))];
  }
  async function timed(question: Parameters, work: () => Promise<unknown>): Promise<Timed> {
    const before = await processorMs(pids);
    const from = performance.now();
    await work();
    const ms = performance.now() - from;
    const after = await processorMs(pids);
    const processor = before === undefined || after === undefined ? undefined : after - before;
    return { ms, processor, question };
  }

  async function measure(
    what: string,
    path: string,
    questions: readonly Parameters[],
  ): Promise<Measured> {
    await findProcesses();
    const times: Timed[] = [];
    for (const question of questions) {
      // oxlint-disable-next-line no-await-in-loop -- one reader: what others wait for is another measurement
      times.push(await timed(question, () => read(path, question)));
    }
    onStep(`${what}: ${times.length} requests`);
    return figures(what, times);
  }

  async function deepPages(): Promise<Measured> {
    const times: Timed[] = [];
    const next = async (question: Parameters): Promise<Parameters | undefined> => {
      let cursor: string | null | undefined;
      const one = await timed(question, async () => {
        cursor = (await read('fleet', question)).next_cursor;
      });
      times.push(one);
      return cursor == null ? undefined : { ...question, cursor };
    };
    let question: Parameters | undefined = { sort: '-due_on', kind: 'water_meter' };
    while (question !== undefined && times.length < DEEP_PAGES)
      // oxlint-disable-next-line no-await-in-loop -- each page gives the cursor of the next
      question = await next(question);
    return figures('pages one after the other', times);
  }

  const begin = performance.now();
  while ((await ask('fleet', {})).status === 503)
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  const loadSeconds = (performance.now() - begin) / 1000;
  onStep(`the fleet is in memory after ${loadSeconds.toFixed(1)} s`);
  const { single, hard } = systematicQuestions();
  const random = randomQuestions(requests);
  const measured = [
    await measure('every sort with every single filter', 'fleet', single),
    await measure('every sort with filters that nothing passes', 'fleet', hard),
    await measure('random sorts with two to four filters', 'fleet', random),
    await deepPages(),
    await measure(
      'facets',
      'fleet/facets',
      random.map(({ sort: _sort, ...filters }) => filters),
    ),
  ];
  const changing = startChanges(pool);
  try {
    measured.push(
      await measure('the random ones while 100 devices a second change', 'fleet', random),
    );
  } finally {
    await changing.stop();
  }
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  const metric = (name: string): number =>
    Number(new RegExp(String.raw`^${name}(?:\{[^}]*\})? (\S+)$`, 'm').exec(metrics)?.[1]);
  return {
    load_seconds: loadSeconds,
    rows: metric('verimeter_fleet_index_rows'),
    index_bytes: metric('verimeter_fleet_index_bytes'),
    peak_bytes: await peakMemory(api.pid),
    measured,
  };
}

const percentiles = (of: readonly number[]): Percentiles => ({
  p50: median(of),
  p99: quantile(of, 0.99),
  max: of.reduce((most, one) => Math.max(most, one), 0),
});

function figures(what: string, times: readonly Timed[]): Measured {
  const wall = percentiles(times.map(({ ms }) => ms));
  // A connection that was closed meanwhile leaves a request without its number.
  const known = times.filter(({ processor }) => processor !== undefined);
  return {
    what,
    requests: times.length,
    ...wall,
    processor:
      known.length < times.length * 0.9
        ? undefined
        : percentiles(known.map(({ processor = 0 }) => processor)),
    slowest: times.find(({ ms }) => ms === wall.max)?.question ?? {},
  };
}

/** Server processes of the connections that the API has open. */
async function connectionsOf(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'verimeter-api%' AND datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** Devices go on and off line, and answers change, until it is stopped. */
function startChanges(pool: Pool): { stop(): Promise<void> } {
  const over = new AbortController();
  const run = async (): Promise<void> => {
    for (let round = 0; !over.signal.aborted; round++) {
      const ids = Array.from(
        { length: CHANGED_AT_ONCE },
        (_, n) => `E-${String((round * 7919 + n * 104_729) % 100_000).padStart(6, '0')}0`,
      );
      // oxlint-disable no-await-in-loop -- a steady trickle
      await pool.query(
        'UPDATE devices SET online = NOT coalesce(online, false), online_at = now() WHERE tenant = $1 AND device_id = ANY ($2)',
        [TENANT, ids],
      );
      await pool.query(
        `UPDATE health SET probability_drifted = 1 - probability_drifted WHERE tenant = $1 AND device_id = ANY ($2)`,
        [TENANT, ids],
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      // oxlint-enable no-await-in-loop
    }
  };
  const running = run();
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}
