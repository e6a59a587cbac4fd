import type { PublisherProcess } from './publisher-process.ts';
import type { Random } from './random.ts';
import { LEAST_UNACKNOWLEDGED, type ScenarioOptions } from './report.ts';
import { until } from './waiting.ts';

/** Messages that may be published and not stored. */
const AHEAD = 8000;

export interface Drive {
  /** How far the run is, in messages; lets the publisher go on. */
  reached(): Promise<number>;
  /** Lets the publisher go on to so many messages at least, and waits until all of them are acknowledged. */
  finish(messages: number): Promise<{ sent: number; acknowledged: ReadonlySet<number> }>;
  /** The publisher may publish up to here. */
  readonly allowed: number;
}

/** Keeps the publisher so far ahead of `progress` that a kill always finds enough on its way, and never the end. */
export function createDrive(
  publisher: PublisherProcess,
  progress: () => Promise<number>,
  ahead = AHEAD,
): Drive {
  let allowed = 0;
  return {
    async reached() {
      const done = await progress();
      if (done + ahead > allowed) {
        allowed = done + ahead;
        publisher.allow(allowed);
      }
      return done;
    },
    async finish(messages) {
      const sent = Math.max(messages, allowed);
      publisher.allow(sent, true);
      return { sent, acknowledged: await publisher.finished };
    },
    get allowed() {
      return allowed;
    },
  };
}

/** Something happens `kills` times at random places of the run, each time with enough messages on their way. */
export async function atRandomMoments(
  run: {
    readonly reached: () => Promise<number>;
    /** Messages on their way, as who holds them says. */
    readonly onTheirWay: () => Promise<number>;
    readonly random: Random;
  },
  { messages, kills, onProgress = () => undefined }: ScenarioOptions,
  act: (index: number, unacknowledged: number) => Promise<void>,
): Promise<void> {
  for (let index = 0; index < kills; index += 1) {
    const place = ((index + run.random()) / kills) * messages;
    await until(async () => (await run.reached()) >= place, 'the run to go on');
    let unacknowledged = 0;
    await until(async () => {
      await run.reached();
      unacknowledged = await run.onTheirWay();
      return unacknowledged >= LEAST_UNACKNOWLEDGED;
    }, `${LEAST_UNACKNOWLEDGED} messages on their way`);
    await act(index, unacknowledged);
    onProgress(`${index + 1} of ${kills} done, ${await run.reached()} of ${messages} messages`);
  }
}
