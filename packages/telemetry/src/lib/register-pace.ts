const HOUR_US = 3600e6;
/** A rate is that of at least so long: messages that were held back arrive within moments of each other. */
const RATE_US = HOUR_US / 4;

/** Steps of a block; the largest ones of the block before are remembered too, so that a pace is forgotten after 512 to 1024 steps. */
const BLOCK_STEPS = 512;
/** With fewer steps that are not zero nothing is said of the usual pace. */
const LEAST_STEPS = 8;
/** The usual time between readings follows theirs by this factor a reading: towards their median. */
const CADENCE_FACTOR = 1.05;
/** Below the resolution of any register. */
const LEAST_AMOUNT = 1e-4;
/** Times the largest usual amount: may still have been counted; can hardly have been counted; may be a run backwards. */
const REACH = 10;
const JUMP = 30;
const BACKWARDS = 3;
/** Units (kW.h, m3) per hour that any register may count, as long as nothing else is known of it. */
const UNKNOWN_RATE = 100;

/** The largest amounts that a register counted lately, in its unit; times in microseconds. Never changed in place. */
export interface RegisterPace {
  /** Per hour; what the register can count at most. */
  readonly maximumRate: number;
  /** Largest amounts between two readings, and largest rates per hour, of this block and the one before. */
  readonly step: number;
  readonly rate: number;
  readonly stepBefore: number;
  readonly rateBefore: number;
  readonly inBlock: number;
  /** Steps that were not zero, up to `LEAST_STEPS`. */
  readonly seen: number;
  /** Counted since the last rate was taken, and in which time. */
  readonly counted: number;
  readonly elapsedUs: number;
  /** Usual time between readings; 0: not known. */
  readonly cadenceUs: number;
}

export const unknownPace = (maximumRate: number = UNKNOWN_RATE): RegisterPace => ({
  maximumRate,
  step: 0,
  rate: 0,
  stepBefore: 0,
  rateBefore: 0,
  inBlock: 0,
  seen: 0,
  counted: 0,
  elapsedUs: 0,
  cadenceUs: 0,
});

/** Whether enough was seen of the register. */
export const isKnown = ({ seen }: RegisterPace): boolean => seen >= LEAST_STEPS;

/** Whole steps count as well as rates, for messages that arrive within moments of each other. */
function usual({ step, rate, stepBefore, rateBefore }: RegisterPace, us: number): number {
  const perHour = Math.max(rate, rateBefore);
  return Math.max(LEAST_AMOUNT, (perHour * us) / HOUR_US, step, stepBefore);
}

const possible = ({ maximumRate }: RegisterPace, us: number): number =>
  maximumRate * Math.max(1, us / HOUR_US);

/** Most that may have been counted in a time. */
export const reachOf = (pace: RegisterPace, us: number): number =>
  isKnown(pace) ? REACH * usual(pace, us) : possible(pace, us);

/** More than this cannot have been counted in a time, if the register goes on as before. */
export const jumpOf = (pace: RegisterPace, us: number): number =>
  isKnown(pace) ? Math.max(possible(pace, us), JUMP * usual(pace, us)) : Infinity;

/** Largest fall that a register which runs backwards makes in a time, from a value. */
export const backwardsOf = (pace: RegisterPace, us: number, from: number): number =>
  isKnown(pace) ? BACKWARDS * usual(pace, us) : from / 1000;

/** The pace after another step. */
export function paceAfter(pace: RegisterPace, counted: number, us: number): RegisterPace {
  // One amount out of all proportion does not change what is usual.
  const amount = isKnown(pace) ? Math.min(counted, REACH * usual(pace, us)) : counted;
  const { cadenceUs } = pace;
  const cadence =
    cadenceUs === 0 ? us : cadenceUs * (us > cadenceUs ? CADENCE_FACTOR : 1 / CADENCE_FACTOR);
  const sum = pace.counted + amount;
  const elapsedUs = pace.elapsedUs + us;
  const isRate = elapsedUs >= RATE_US;
  // What was counted in a gap is no step.
  const step = Math.max(pace.step, amount * Math.min(1, (2 * cadence) / us));
  const rate = isRate ? Math.max(pace.rate, (sum * HOUR_US) / elapsedUs) : pace.rate;
  const isFull = pace.inBlock + 1 === BLOCK_STEPS;
  return {
    maximumRate: pace.maximumRate,
    step: isFull ? 0 : step,
    rate: isFull ? 0 : rate,
    stepBefore: isFull ? step : pace.stepBefore,
    rateBefore: isFull ? rate : pace.rateBefore,
    inBlock: isFull ? 0 : pace.inBlock + 1,
    seen: amount > 0 ? Math.min(pace.seen + 1, LEAST_STEPS) : pace.seen,
    counted: isRate ? 0 : sum,
    elapsedUs: isRate ? 0 : elapsedUs,
    cadenceUs: cadence,
  };
}
