import type { Customer } from './customer.ts';
import type { MeterNature } from './meter.ts';
import { boundedNormal, type Random, randomStream, STREAM } from './random.ts';

/** What the archive says of a meter, and what the meter is like. */
export interface MeterRecord {
  readonly lot: Lot;
  readonly serial: string;
  readonly phases: 1 | 3;
  readonly ratio: string;
  readonly nature: MeterNature;
}

interface Lot {
  readonly manufacturer: string;
  readonly model: string;
  readonly typeApproval: string;
  readonly accuracyClass: string;
  readonly nominal: string;
  readonly builtYear: number;
  readonly verifiedOn: string;
  readonly validUntil: string;
  /** Mean error of the lot, ratio. */
  readonly meanError: number;
}

export interface Lots {
  readonly singlePhase: readonly [Lot, ...Lot[]];
  readonly threePhase: readonly [Lot, ...Lot[]];
  readonly supply: Lot;
}

/** Spread of healthy class 1 meters inside a lot, and of the certificates of class 0.5S supply meters; ratios. */
const MEMBER_SD = 0.003;
const SUPPLY_SD = 0.002;
const CLOCK_SD_SECONDS = 5;

/** The lots a city has bought. Makers and types are invented. Every verification lies before the city's origin. */
export function buildLots(seed: number, startMs: number): Lots {
  const random = randomStream(seed, STREAM.lot);
  const year = new Date(startMs).getUTCFullYear();
  const lot = (
    maker: readonly [manufacturer: string, model: string],
    electrical: readonly [accuracyClass: string, nominal: string],
    age: number,
    years: number,
  ): Lot => {
    const built = year - age;
    const month = String(random.integer(2, 11)).padStart(2, '0');
    const day = String(random.integer(1, 28)).padStart(2, '0');
    return {
      manufacturer: maker[0],
      model: maker[1],
      typeApproval: `PDM ${random.integer(100, 999)}-${built - 1}`,
      accuracyClass: electrical[0],
      nominal: electrical[1],
      builtYear: built,
      verifiedOn: `${built}-${month}-${day}`,
      validUntil: `${built + years}-${month}-${day}`,
      meanError: boundedNormal(random, 0.001, 0.002),
    };
  };
  return {
    singlePhase: [
      lot(['Sao Mai', 'SM-1P'], ['1', '5(60)'], 1 + random.integer(0, 1), 6),
      lot(['Sao Mai', 'SM-1P'], ['1', '5(60)'], 4, 6),
      lot(['Hồng Lam', 'HL10'], ['1', '5(80)'], 3, 6),
      lot(['Hồng Lam', 'HL08'], ['1', '5(60)'], 6, 6),
    ],
    threePhase: [
      lot(['Sao Mai', 'SM-3P'], ['1', '10(100)'], 2, 3),
      lot(['Đại Phong', 'DP34'], ['1', '5(80)'], 3, 3),
    ],
    supply: lot(['Đại Phong', 'DP34-CT'], ['0.5S', '5(10)'], 1, 2),
  };
}

/** The meter of a customer; the same whichever transformer feeds it. */
export function drawConsumerMeter(seed: number, lots: Lots, customer: Customer): MeterRecord {
  const random = randomStream(seed, STREAM.meter, customer.key);
  const lot = random.pick(customer.phases === 3 ? lots.threePhase : lots.singlePhase);
  return {
    lot,
    serial: drawSerial(random, lot),
    phases: customer.phases,
    ratio: '',
    nature: {
      key: customer.key,
      baseError: lot.meanError + boundedNormal(random, MEMBER_SD, 2.6 * MEMBER_SD),
      clockError: boundedNormal(random, CLOCK_SD_SECONDS, 15),
      voltageErrors: drawVoltageErrors(random, customer.phases),
      registerStart: random.uniform(300, 22_000),
      quantum: 0.01,
    },
  };
}

/** Current-transformer ratio by size of the transformer; the counter steps by 1 W.h on the secondary side. */
export const CURRENT_TRANSFORMERS: Readonly<Record<number, { ratio: string; factor: number }>> = {
  100: { ratio: '150/5', factor: 30 },
  160: { ratio: '250/5', factor: 50 },
  250: { ratio: '400/5', factor: 80 },
  400: { ratio: '600/5', factor: 120 },
};

export function drawSupplyMeter(
  seed: number,
  lots: Lots,
  area: number,
  transformerKva: number,
): MeterRecord {
  const key = -1 - area;
  const random = randomStream(seed, STREAM.meter, key);
  const current = CURRENT_TRANSFORMERS[transformerKva] ?? { ratio: '150/5', factor: 30 };
  return {
    lot: lots.supply,
    serial: drawSerial(random, lots.supply),
    phases: 3,
    ratio: current.ratio,
    nature: {
      key,
      baseError: boundedNormal(random, SUPPLY_SD, 2.4 * SUPPLY_SD),
      clockError: boundedNormal(random, CLOCK_SD_SECONDS, 15),
      voltageErrors: drawVoltageErrors(random, 3),
      registerStart: random.uniform(20_000, 400_000),
      quantum: current.factor / 1000,
    },
  };
}

function drawSerial(random: Random, lot: Lot): string {
  return `${lot.builtYear % 100}${String(random.integer(0, 99_999_999)).padStart(8, '0')}`;
}

/** Static errors of the voltage inputs, within +-0.5 %. */
function drawVoltageErrors(random: Random, phases: number): number[] {
  return Array.from({ length: phases }, () => boundedNormal(random, 0.0025, 0.005));
}
