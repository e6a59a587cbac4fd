import {
  DEFAULT_VALIDATION_RULES,
  qualityAt,
  type SeriesColumns,
  VALIDATION_RULE_NAMES,
  type ValidationException,
  type ValidationRuleName,
} from '@verimeter/telemetry';
import type { Half } from '../series-folder.ts';
import { seededRandom } from '../seeded.ts';
import { type Defect, DEFECTS } from './defects.ts';
import { addEstimationErrors, type EstimationError } from './estimation-errors.ts';
import { readRealSeries, type RealChannel } from './real-series.ts';
import { validateChannel } from './validate-channel.ts';

/** What the rules say of the series of a set as they are. */
interface UnmodifiedSet {
  readonly set: string;
  channels: number;
  readings: number;
  years: number;
  /** Falls of registers that are in the files. */
  falls: number;
  /** Falls at which an exception of a fall or of an event of the register lies. */
  fallsFound: number;
  /** Values of -200 that are in the files, and how many of them are marked as an error code. */
  codes: number;
  codesFound: number;
  marked: number;
  readonly exceptions: Record<string, number>;
}

/** How often a rule finds a defect that was put into series of a set. */
interface DefectRecall {
  readonly defect: string;
  readonly rules: readonly ValidationRuleName[];
  readonly set: string;
  injected: number;
  found: number;
}

export interface ValidationMeasures {
  readonly half: Half;
  readonly sets: UnmodifiedSet[];
  readonly recalls: DefectRecall[];
  readonly estimates: EstimationError[];
}

const YEAR_US = 365.25 * 86_400e6;

/** Runs every rule on the real series as they are, and with one defect of each kind. */
export async function measureValidation(
  folder: string,
  options: { readonly half: Half; readonly seed: number; readonly onChannel: () => void },
): Promise<ValidationMeasures> {
  const sets = new Map<string, UnmodifiedSet>();
  const recalls = new Map<string, DefectRecall>();
  const estimates = new Map<string, EstimationError>();
  const random = seededRandom(options.seed);
  const places = seededRandom(options.seed + 1);
  for await (const channel of readRealSeries(folder, options.half)) {
    const series = { length: channel.tsUs.length, tsUs: channel.tsUs, value: channel.value };
    const found = validateChannel(series, channel.facts, DEFAULT_VALIDATION_RULES);
    addUnmodified(sets, channel, series, found);
    for (const defect of DEFECTS) {
      const made = defect.inject({ series, facts: channel.facts }, random);
      if (made === undefined) continue;
      const overlaps = (exceptions: readonly ValidationException[]): boolean =>
        exceptions.some(
          ({ rule, fromUs, toUs }) =>
            defect.rules.includes(rule) && fromUs <= made.toUs && toUs >= made.fromUs,
        );
      // where the rule says something already, it would not be told whether it was for the defect
      if (overlaps(found)) continue;
      const recall = recallOf(recalls, defect, channel.set);
      recall.injected++;
      if (overlaps(validateChannel(made.series, made.facts, DEFAULT_VALIDATION_RULES)))
        recall.found++;
    }
    addEstimationErrors(estimates, channel.set, { series, facts: channel.facts }, places);
    options.onChannel();
  }
  return {
    half: options.half,
    sets: [...sets.values()],
    recalls: [...recalls.values()],
    estimates: [...estimates.values()],
  };
}

function recallOf(
  recalls: Map<string, DefectRecall>,
  { name, rules }: Defect,
  set: string,
): DefectRecall {
  const key = `${name} ${set}`;
  const recall = recalls.get(key) ?? { defect: name, rules, set, injected: 0, found: 0 };
  recalls.set(key, recall);
  return recall;
}

function addUnmodified(
  sets: Map<string, UnmodifiedSet>,
  channel: RealChannel,
  series: SeriesColumns,
  found: readonly ValidationException[],
): void {
  const set = sets.get(channel.set) ?? {
    set: channel.set,
    channels: 0,
    readings: 0,
    years: 0,
    falls: 0,
    fallsFound: 0,
    codes: 0,
    codesFound: 0,
    marked: 0,
    exceptions: Object.fromEntries(VALIDATION_RULE_NAMES.map((rule) => [rule, 0])),
  };
  sets.set(channel.set, set);
  set.channels++;
  set.readings += series.length;
  set.years += ((series.tsUs[series.length - 1] ?? 0) - (series.tsUs[0] ?? 0)) / YEAR_US;
  for (const { rule } of found) set.exceptions[rule] = (set.exceptions[rule] ?? 0) + 1;
  set.marked += markedReadings(series, found);
  if (channel.facts.kind === 'register') countFalls(set, series, found);
  else countCodes(set, series, found);
}

function countCodes(
  set: UnmodifiedSet,
  series: SeriesColumns,
  found: readonly ValidationException[],
): void {
  const errors = found.filter(({ rule }) => rule === 'error_code');
  for (let k = 0; k < series.length; k++) {
    if (series.value[k] !== -200) continue;
    set.codes++;
    if (qualityAt(errors, series.tsUs[k] ?? 0).length > 0) set.codesFound++;
  }
}

function countFalls(
  set: UnmodifiedSet,
  series: SeriesColumns,
  found: readonly ValidationException[],
): void {
  const ofFalls = found.filter(({ rule }) => rule === 'negative' || rule === 'register_event');
  for (let k = 1; k < series.length; k++) {
    if ((series.value[k] ?? 0) >= (series.value[k - 1] ?? 0)) continue;
    set.falls++;
    const atUs = series.tsUs[k] ?? 0;
    const beforeUs = series.tsUs[k - 1] ?? 0;
    // a fall back from a spike is the end of an event
    if (ofFalls.some(({ fromUs, toUs }) => fromUs <= atUs && toUs >= beforeUs)) set.fallsFound++;
  }
}

function markedReadings(series: SeriesColumns, found: readonly ValidationException[]): number {
  const marks = new Uint8Array(series.length);
  for (const { fromUs, toUs, marks: isMark } of found) {
    if (!isMark) continue;
    for (let k = firstFrom(series, fromUs); k < series.length && (series.tsUs[k] ?? 0) <= toUs; k++)
      marks[k] = 1;
  }
  return marks.reduce((sum, mark) => sum + mark, 0);
}

function firstFrom({ tsUs, length }: SeriesColumns, atUs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tsUs[middle] ?? 0) < atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
