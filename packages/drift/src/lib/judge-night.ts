import { at } from '@verimeter/statistics';
import { type AreaAnswers, answerArea } from './area-answers.ts';
import { type JudgedArea, judgeConsumers } from './area-state.ts';
import { meterOf } from './area-intervals.ts';
import { profilesOf, type Profile } from './drift-profiles.ts';
import type { FleetPrior } from './fleet-prior.ts';
import { lastMemberships } from './fleet-facts.ts';
import type { AreaInput, FleetInput, HistoryPoint } from './fleet-types.ts';
import type { FrozenArea } from './frozen-area.ts';
import { checkOf, type MeterCheck } from './meter-checks.ts';

export interface JudgedNight {
  readonly answers: AreaAnswers;
  readonly learned: JudgedArea;
  /** With the drifts that were found: what the next night starts from. */
  readonly area: FrozenArea;
}

/** `input`: the meters of the area, and where else they are or were members. */
export function judgeNight(
  frozen: FrozenArea,
  input: FleetInput,
  area: AreaInput,
  prior: FleetPrior,
): JudgedNight {
  const indexOf = new Map(input.meters.map(({ deviceId }, index) => [deviceId, index]));
  const index = (deviceId: string): number => {
    const found = indexOf.get(deviceId);
    if (found === undefined) throw new RangeError(`${deviceId} is not among the area's meters`);
    return found;
  };
  const { sums, prepared } = frozen;
  const consumers = frozen.consumers.map(index);
  const profiles = profilesOf(sums.blocks);
  const { found, learn } = judgeConsumers(
    input,
    {
      groupId: frozen.groupId,
      evidence: sums,
      meters: consumers,
      joined: new Set(frozen.joined.map(index)),
      profiles,
      start: frozen.drifts.map(({ consumer, shape }) => ({
        consumer,
        profile: nearest(profiles, shape),
      })),
      inflation: frozen.inflation,
    },
    prior,
  );
  const { grid } = input;
  const checks = input.meters.map((_, meter): MeterCheck => {
    const seen = frozen.seen.get(meterOf(input, meter).deviceId);
    return seen === undefined ? NO_CHECK : checkOf(seen, grid);
  });
  const home = lastMemberships(input);
  const answers = answerArea(
    { input, facts: { checks, strangers: [], home, latest: area.asOfUs }, prior },
    {
      prepared: {
        area,
        status: prepared.status,
        items: prepared.items,
        tooShort: false,
        putRight: false,
        misfiled: prepared.misfiled.map(({ deviceId, beta }) => ({ meter: index(deviceId), beta })),
        candidates: prepared.candidates.map(({ deviceId, ...rest }) => ({
          meter: index(deviceId),
          ...rest,
        })),
        clockFaults: new Map(
          prepared.clockFaults.map(({ deviceId, fault }) => [index(deviceId), fault]),
        ),
        evidence: sums,
      },
      consumers,
      profiles,
      judged: found.judged,
      history: frozen.history,
    },
  );
  return {
    answers,
    learned: inSinglePrecision(learn()),
    area: {
      ...frozen,
      history: withWeek(frozen.history, answers),
      drifts: found.actives.map(({ consumer, profile }) => ({ consumer, shape: profile.shape })),
    },
  };
}

/**
 * What waits for the end of the night, of a million meters at once: the Bayes factors of an area in one array of single precision, which
 * moves logarithms by 6e-8 of themselves.
 */
function inSinglePrecision({ meters, lots }: JudgedArea): JudgedArea {
  const width = meters[0]?.bayesFactors?.length ?? 0;
  const all = new Float32Array(meters.length * width);
  return {
    meters: meters.map((meter, k) => {
      const bayesFactors = all.subarray(k * width, (k + 1) * width);
      bayesFactors.set(meter.bayesFactors ?? []);
      return { ...meter, bayesFactors };
    }),
    lots,
  };
}

/** What an area teaches of levels, spreads and lots alone: in a large fleet a sample of areas teaches the rest. */
export function withoutBayesFactors({ meters, lots }: JudgedArea): JudgedArea {
  return { meters: meters.map((meter) => ({ ...meter, bayesFactors: undefined })), lots };
}

const WEEK_US = 7 * 86_400e6;

/** What is said at the end of a week is kept: tonight's is the last point of each history. */
function withWeek(
  history: FrozenArea['history'],
  answers: AreaAnswers,
): ReadonlyMap<string, readonly HistoryPoint[]> {
  const next = new Map(history);
  for (const { result } of answers.estimated) {
    const before = history.get(result.deviceId)?.at(-1);
    if (before === undefined || result.asOfUs - before.asOfUs >= WEEK_US)
      next.set(result.deviceId, result.history);
  }
  return next;
}

/** The profile of a shape that was found among those of fewer blocks. */
function nearest(profiles: readonly Profile[], shape: Float64Array): Profile {
  let best = profiles[0] as Profile;
  let least = Infinity;
  for (const profile of profiles) {
    let squares = 0;
    for (let d = 0; d < shape.length; d++) squares += (at(profile.shape, d) - at(shape, d)) ** 2;
    if (squares < least) {
      least = squares;
      best = profile;
    }
  }
  return best;
}

/** A meter that joined the balance is no member: nothing is answered of it here. */
const NO_CHECK: MeterCheck = {
  evidenceDays: 0,
  hasRegister: false,
  stoppedAt: undefined,
  meanWatts: 0,
  backward: 0,
};
