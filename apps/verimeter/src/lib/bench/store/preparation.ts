import { createProgress, grouped } from '../../progress.ts';
import { duration } from '../../evaluate/time-left.ts';
import { type DataSet, readingsOf } from './data-set.ts';
import type { MeasuredEngine } from './engine.ts';

/** What was done before the measurements; nothing where an earlier run had done it. */
export interface Preparation {
  readonly filled_readings: number;
  readonly fill_seconds: number;
  /** On disk before upkeep; undefined where nothing was filled. */
  readonly bytes_as_filled: number | undefined;
  /** Days of channels that the store summed up ahead, as upkeep does in a running installation. */
  readonly summed_days: number;
  /** Of upkeep as a whole. */
  readonly tend_seconds: number;
}

const secondsSince = (beginMs: number): number => (performance.now() - beginMs) / 1000;

/** Fills the engine with what is missing of the data set and tends it as a running installation would have. */
export async function prepare(engine: MeasuredEngine, dataSet: DataSet): Promise<Preparation> {
  // of a run that was interrupted
  await engine.dropWritten();
  const fillBegin = performance.now();
  const fill = counted(`${engine.name}, filling`, 'readings');
  await engine.fill(dataSet, (readings) => fill.update(readings, readingsOf(dataSet)));
  const filled = fill.finish();
  const fillSeconds = secondsSince(fillBegin);
  const bytesAsFilled = filled > 0 ? (await engine.size()).bytes : undefined;
  const tendBegin = performance.now();
  const days = counted(`${engine.name}, summing up`, 'days of channels');
  const summed = (await engine.tend?.((done, total) => days.update(done, total))) ?? 0;
  days.finish();
  return {
    filled_readings: filled,
    fill_seconds: fillSeconds,
    bytes_as_filled: bytesAsFilled,
    summed_days: summed,
    tend_seconds: secondsSince(tendBegin),
  };
}

interface Counted {
  update(done: number, total: number): void;
  /** How many there are more than with the first update. */
  finish(): number;
}

/** Progress with rate and time left; what was there before counts for neither. */
function counted(label: string, what: string): Counted {
  const progress = createProgress(label);
  let first: { readonly done: number; readonly atMs: number } | undefined;
  let last = 0;
  return {
    update(done, total) {
      first ??= { done, atMs: performance.now() };
      last = done;
      const rate = (done - first.done) / Math.max(secondsSince(first.atMs), 1e-3);
      const left =
        rate === 0 ? '' : `, ${grouped(rate)}/s, ${duration((total - done) / rate)} left`;
      progress.update(done, total, `${grouped(done)} of ${grouped(total)} ${what}${left}`);
    },
    finish() {
      if (first === undefined) return 0;
      const added = last - first.done;
      const seconds = secondsSince(first.atMs);
      progress.finish(
        added === 0
          ? `${grouped(last)} ${what} were there`
          : `${grouped(added)} ${what} in ${duration(seconds)}, ${grouped(added / seconds)}/s`,
      );
      return added;
    },
  };
}
