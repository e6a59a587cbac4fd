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
const UNKNOWN_PACE = 100;

/** The largest amounts that a register counted lately. Amounts in its unit, times in microseconds. */
export interface RegisterPace {
  /** A step that was counted. */
  learn(amount: number, us: number): void;
  /** Whether enough was seen of the register. */
  readonly known: boolean;
  /** Most that may have been counted in a time. */
  reach(us: number): number;
  /** More than this cannot have been counted in a time, if the register goes on as before. */
  jump(us: number): number;
  /** Largest fall that a register which runs backwards makes in a time. */
  backwards(us: number, from: number): number;
  copy(): RegisterPace;
}

interface Largest {
  readonly step: number;
  /** Per hour. */
  readonly rate: number;
}

const NOTHING: Largest = { step: 0, rate: 0 };

interface PaceState {
  readonly current: Largest;
  readonly previous: Largest;
  readonly inBlock: number;
  readonly seen: number;
  /** Counted since the last rate was taken, in so long. */
  readonly amount: number;
  readonly us: number;
  /** Usual time between readings; 0: not known. */
  readonly cadenceUs: number;
}

const NEW: PaceState = {
  current: NOTHING,
  previous: NOTHING,
  inBlock: 0,
  seen: 0,
  amount: 0,
  us: 0,
  cadenceUs: 0,
};

/** `maximumRate`: units per hour that the device can count at most, where that is known. */
export function registerPace(
  maximumRate: number = UNKNOWN_PACE,
  from: PaceState = NEW,
): RegisterPace {
  let { current, previous, inBlock, seen, amount: counted, us: elapsed, cadenceUs } = from;
  const usual = (us: number): number =>
    Math.max(
      LEAST_AMOUNT,
      (Math.max(current.rate, previous.rate) * us) / HOUR_US,
      Math.max(current.step, previous.step),
    );
  const possible = (us: number): number => maximumRate * Math.max(1, us / HOUR_US);
  const isKnown = (): boolean => seen >= LEAST_STEPS;
  return {
    learn(counts, us) {
      // One amount out of all proportion does not change what is usual.
      const amount = isKnown() ? Math.min(counts, REACH * usual(us)) : counts;
      if (amount > 0) seen = Math.min(seen + 1, LEAST_STEPS);
      counted += amount;
      elapsed += us;
      if (cadenceUs === 0) cadenceUs = us;
      else cadenceUs *= us > cadenceUs ? CADENCE_FACTOR : 1 / CADENCE_FACTOR;
      // What was counted in a gap is no step.
      const step = amount * Math.min(1, (2 * cadenceUs) / us);
      current = { ...current, step: Math.max(current.step, step) };
      if (elapsed >= RATE_US) {
        current = { ...current, rate: Math.max(current.rate, (counted * HOUR_US) / elapsed) };
        [counted, elapsed] = [0, 0];
      }
      if (++inBlock < BLOCK_STEPS) return;
      [previous, current, inBlock] = [current, NOTHING, 0];
    },
    get known() {
      return isKnown();
    },
    reach: (us) => (isKnown() ? REACH * usual(us) : possible(us)),
    jump: (us) => (isKnown() ? Math.max(possible(us), JUMP * usual(us)) : Infinity),
    backwards: (us, value) => (isKnown() ? BACKWARDS * usual(us) : value / 1000),
    copy: () =>
      registerPace(maximumRate, {
        current,
        previous,
        inBlock,
        seen,
        amount: counted,
        us: elapsed,
        cadenceUs,
      }),
  };
}
