import { correctionScore } from './correction-score.ts';
import type { ChannelAnswer, SensorJudge, SensorLook } from './sensor-judge.ts';
import type { ChannelVerdict } from './sensor-record.ts';
import type { SensorTrial } from './sensor-trial.ts';

/** Days between looks, and of the first one: `reverify` needs 60 days, a list may come earlier. */
export const LOOK_DAYS = 7;
export const FIRST_LOOK = 63;
/** Looks between two snapshots of the estimates. */
const SNAPSHOT_LOOKS = 13;
/** A channel that is off the list for fewer looks was never off it. */
const GAP_LOOKS = 5;

/** Looks once a week and writes down what was said of every sensor. */
export function verdictsOf(
  judge: SensorJudge,
  trial: SensorTrial,
  days: number,
  onLook: (share: number) => void,
): { readonly verdicts: ReadonlyMap<number, ChannelVerdict>; readonly status: string } {
  // also those it never says anything of: a drift there is a miss
  const books = new Map<number, Book>(
    trial.input.series.flatMap(({ role }, channel) =>
      role === 'reference' ? [] : [[channel, openBook()] as const],
    ),
  );
  const lookDays: number[] = [];
  for (let day = FIRST_LOOK; day <= days; day += LOOK_DAYS) lookDays.push(day);
  let last: SensorLook | undefined;
  lookDays.forEach((day, look) => {
    last = judge.look(day);
    const snapshot = look === lookDays.length - 1 || look % SNAPSHOT_LOOKS === 0;
    const answers = new Map(last.answers.map((answer) => [answer.channel, answer]));
    for (const [channel, book] of books) {
      const answer = answers.get(channel);
      if (answer === undefined) book.abstained += 1;
      else enter(book, answer, { look, day, snapshot, trial });
    }
    onLook((look + 1) / lookDays.length);
  });
  const corrections = last?.corrections ?? [];
  return {
    status: last?.status ?? '',
    verdicts: new Map(
      [...books].map(([channel, { lastListed: _lastListed, ...verdict }]) => {
        const corrected =
          trial.truths[channel]?.onsetDay === undefined
            ? undefined
            : correctionScore(trial, channel, corrections, lookDays.at(-1) ?? days);
        return [channel, corrected === undefined ? verdict : { ...verdict, corrected }];
      }),
    ),
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Book = Writable<ChannelVerdict> & { lastListed: number };

function openBook(): Book {
  return {
    listings: [],
    firstListed: null,
    firstReverify: null,
    firstInspect: null,
    abstained: 0,
    lastIndication: '',
    minimumDetectable: null,
    snapshots: [],
    lastListed: -Infinity,
  };
}

function enter(
  book: Book,
  answer: ChannelAnswer,
  at: {
    readonly look: number;
    readonly day: number;
    readonly snapshot: boolean;
    readonly trial: SensorTrial;
  },
): void {
  const { look, day, trial } = at;
  const truth = trial.truths[answer.channel];
  const onset = truth?.onsetDay ?? Infinity;
  if (answer.list !== 'none') {
    if (look - book.lastListed > GAP_LOOKS) book.listings.push({ day, list: answer.list });
    book.lastListed = look;
    if (day >= onset) {
      if (answer.list === 'inspect') book.firstInspect ??= day;
      else book.firstListed ??= day;
      if (answer.list === 'reverify') book.firstReverify ??= day;
    }
  }
  if (answer.estimate === undefined && answer.indication !== 'within_limits') book.abstained += 1;
  book.lastIndication = answer.indication;
  book.minimumDetectable = orNull(answer.minimumDetectable);
  const error = truth?.errorAt(24 * day) ?? Number.NaN;
  if (at.snapshot && !Number.isNaN(error))
    book.snapshots.push({
      day,
      truth: rounded(error),
      estimate: orNull(answer.estimate),
      low: orNull(answer.low),
      high: orNull(answer.high),
    });
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
const orNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : rounded(value);
