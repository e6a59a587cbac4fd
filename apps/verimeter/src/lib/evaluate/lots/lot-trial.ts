import type { LotInput, LotMember } from '@verimeter/drift';
import { seededRandom, shuffle, type Uniform } from '../seeded.ts';
import { type LotScenario, normalDraw } from './lot-scenarios.ts';

export interface LotTrialOptions {
  readonly scenario: LotScenario;
  /** True share beyond the limit: exactly that of the lot. */
  readonly share: number;
  readonly members: number;
  readonly limit: number;
  /** Errors beyond the limit are those of small customers, in all lots by two standard deviations of what lots do. */
  readonly smallCustomers: boolean;
  readonly seed: number;
}

export interface LotTrial {
  readonly input: LotInput;
  /** True errors of the members. */
  readonly errors: readonly number[];
  readonly share: number;
}

/** sd of the error of an estimate by the member's consumption, ratio: 0.45 % for the mean customer, less for larger ones. */
const MEAN_SE = 0.0045;
const SE_RANGE = [0.002, 0.015] as const;
/** Of the log of the consumption. */
const CONSUMPTION_SD = 0.7;
/** Members beyond the limit consume less than the others, or more, by a lot's own amount: sd, log. */
const LEAN_SD = 0.35;
/** Stated standard errors miss the true ones by so much, log sd. */
const SE_SCATTER = 0.1;

/**
 * A lot whose share beyond the limit is exact, and what a remote estimation would say of its members: standard errors from 0.2 to
 * 1.5 %, larger for small customers; up to 40 % of the members, the smallest customers first, are not resolved at all, and members beyond
 * the limit consume less or more than the others; members of an area share the error of its supply meter.
 */
export function lotTrial(options: LotTrialOptions): LotTrial {
  const { scenario, share, members, limit, smallCustomers, seed } = options;
  const random = seededRandom(seed);
  const errors = exactLot(options, random).map((error) => error * limit);
  const areaSize = [6, 12, 25, 50][Math.floor(4 * random())] ?? 12;
  const areaSd = 0.0005 + 0.002 * random();
  const commonSd = 0.0008 * random();
  const missing = 0.4 * random();
  const common = commonSd * normalDraw(random);
  const areas = Math.ceil(members / areaSize);
  const areaErrors = Array.from({ length: areas }, () => areaSd * normalDraw(random));
  const lean = smallCustomers ? CONSUMPTION_SD : LEAN_SD * normalDraw(random);
  const consumption = errors.map((error) =>
    Math.exp(CONSUMPTION_SD * normalDraw(random) - (Math.abs(error) > limit ? lean : 0)),
  );
  const hidden = hiddenMembers(consumption, missing, random);
  const all = errors.map((error, i): LotMember => {
    const deviceId = `m${String(i).padStart(5, '0')}`;
    const size = consumption[i] ?? 1;
    if (hidden.has(i)) return { deviceId, size };
    const area = Math.floor(areas * random());
    const [least, most] = SE_RANGE;
    const stated = Math.min(most, Math.max(least, MEAN_SE * size ** -0.8));
    const actual = stated * Math.exp(SE_SCATTER * normalDraw(random));
    return {
      deviceId,
      size,
      remote: {
        error: error + common + (areaErrors[area] ?? 0) + actual * normalDraw(random),
        standardError: stated,
        area: `a${area}`,
        areaSd,
      },
    };
  });
  return {
    input: { lot: scenario.name, asOfUs: 0, limit, members: all, commonSd },
    errors,
    share,
  };
}

/** Errors over the limit, exactly the share of them beyond 1. */
function exactLot({ scenario, share, members }: LotTrialOptions, random: Uniform): number[] {
  const wanted = Math.round(share * members);
  const population = scenario.population(share);
  const inside: number[] = [];
  const outside: number[] = [];
  while (inside.length < members - wanted || outside.length < wanted) {
    const error = population.draw(random);
    if (Math.abs(error) > 1) outside.push(error);
    else inside.push(error);
  }
  return shuffle([...inside.slice(0, members - wanted), ...outside.slice(0, wanted)], random);
}

/** The smaller a customer, the likelier it is not resolved. */
function hiddenMembers(
  consumption: readonly number[],
  missing: number,
  random: Uniform,
): Set<number> {
  const keys = consumption.map((value) => Math.log(value) + 0.3 * normalDraw(random));
  const order = [...consumption.keys()].toSorted((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  return new Set(order.slice(0, Math.round(missing * consumption.length)));
}
