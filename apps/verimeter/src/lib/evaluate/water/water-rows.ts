import type { WaterRecord } from './water-record.ts';

/** MPE of class 2, weighted over all flows. */
const LIMIT = 0.05;

/** One home of a record. */
export interface HomeRow {
  /** Number of its district in the fleet. */
  readonly district: number;
  readonly fault: WaterRecord['homes']['fault'][number];
  readonly drifted: boolean;
  readonly since: number | null;
  readonly truth: number | null;
  /** Whether |e| is really beyond the limit of the class. */
  readonly beyond: boolean;
  readonly litresPerDay: number;
  readonly indication: string;
  readonly recommendation: string;
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly probability: number | null;
  readonly overLimit: number | null;
  readonly minimumDetectable: number | null;
  readonly leastSquares: number | null;
  readonly leastSquaresSe: number | null;
  readonly cohort: number | null;
  readonly firstReverify: number | null;
  readonly firstStopped: number | null;
  readonly stoppedSpells: number;
}

export function homeRows({ homes: c }: WaterRecord): HomeRow[] {
  return c.district.map((district, i): HomeRow => {
    const fault = c.fault[i] ?? 'none';
    const truth = c.truth[i] ?? null;
    return {
      district,
      fault,
      drifted: fault === 'drift' || fault === 'wear',
      since: c.since[i] ?? null,
      truth,
      beyond: truth !== null && Math.abs(truth) > LIMIT,
      litresPerDay: c.litresPerDay[i] ?? 0,
      indication: c.indication[i] ?? '',
      recommendation: c.recommendation[i] ?? '',
      estimate: c.estimate[i] ?? null,
      low: c.low[i] ?? null,
      high: c.high[i] ?? null,
      probability: c.probability[i] ?? null,
      overLimit: c.overLimit[i] ?? null,
      minimumDetectable: c.minimumDetectable[i] ?? null,
      leastSquares: c.leastSquares?.[i] ?? null,
      leastSquaresSe: c.leastSquaresSe?.[i] ?? null,
      cohort: c.cohort?.[i] ?? null,
      firstReverify: c.firstReverify?.[i] ?? null,
      firstStopped: c.firstStopped?.[i] ?? null,
      stoppedSpells: c.stoppedSpells?.[i] ?? 0,
    };
  });
}
