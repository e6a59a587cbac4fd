import { correctionScore } from './correction-score.ts';
import type { ChannelAnswer, SensorJudge, SensorLook } from './sensor-judge.ts';
import type { ChannelVerdict } from './sensor-record.ts';
import type { SensorTrial } from './sensor-trial.ts';

/** Day of the first look: `reverify` needs 60 days of data. */
const FIRST_LOOK = 63;
/** Days between two snapshots of the estimates, at least. */
const SNAPSHOT_DAYS = 91;
/** A channel that was listed so many days before was never off the list. */
const GAP_DAYS = 35;

/** Looks every so many weeks and writes down what was said of every sensor. */
export function verdictsOf(
  judge: SensorJudge,
  trial: SensorTrial,
  span: { readonly days: number; readonly everyWeeks: number },
  onLook: (share: number) => void,
): { readonly verdicts: ReadonlyMap<number, ChannelVerdict>; readonly status: string } {
  // also those it never says anything of: a drift there is a miss
  const books = new Map<number, Book>(
    trial.input.series.flatMap(({ role }, channel) =>
      role === 'reference' ? [] : [[channel, openBook()] as const],
    ),
  );
  const lookDays = looksOf(span);
  let snapshotDay = -Infinity;
  let last: SensorLook | undefined;
  lookDays.forEach((day, look) => {
    last = judge.look(day);
    const snapshot = look === lookDays.length - 1 || day - snapshotDay >= SNAPSHOT_DAYS;
    if (snapshot) snapshotDay = day;
    const answers = new Map(last.answers.map((answer) => [answer.channel, answer]));
    for (const [channel, book] of books) {
      const answer = answers.get(channel);
      if (answer === undefined) book.abstained += 1;
      else enter(book, answer, { day, snapshot, trial });
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
            : correctionScore(trial, channel, corrections, lookDays.at(-1) ?? span.days);
        return [channel, corrected === undefined ? verdict : { ...verdict, corrected }];
      }),
    ),
  };
}

/** Days of the looks: the same weeks whatever lies between them. */
export function looksOf({
  days,
  everyWeeks,
}: {
  readonly days: number;
  readonly everyWeeks: number;
}): number[] {
  const found: number[] = [];
  for (let day = FIRST_LOOK; day <= days; day += 7 * everyWeeks) found.push(day);
  return found;
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
    readonly day: number;
    readonly snapshot: boolean;
    readonly trial: SensorTrial;
  },
): void {
  const { day, trial } = at;
  const truth = trial.truths[answer.channel];
  const onset = truth?.onsetDay ?? Infinity;
  if (answer.list !== 'none') {
    if (day - book.lastListed > GAP_DAYS) book.listings.push({ day, list: answer.list });
    book.lastListed = day;
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
