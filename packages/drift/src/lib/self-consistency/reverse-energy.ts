import { absent, type CheckOutcome } from './check-outcome.ts';
import { type DeviceSeries, DAY_US, instantAt } from './device-series.ts';

const CHECK = 'reverse_energy';
/** Hours on end that are dark everywhere below the polar circles but for midsummer, taken where least is fed back. */
const DARK_HOURS = 6;
/** Of what is fed back on average in as many hours. */
const LEAST_SHARE = 0.2;
const LEAST_DAYS = 5;
/** kW.h a day in the hours with least. */
const LEAST_KWH = 0.05;
/** Times a register fell. */
const LEAST_FALLS = 20;

/**
 * Energy that flows back without a roof. The sun leaves six hours of each day without a trace; where something is fed back in all hours of
 * the day, a phase or a current transformer is connected the wrong way round, or there is a battery or a generator. And an import
 * register that falls more than it rises turns backwards.
 */
export function checkReverseEnergy(device: DeviceSeries): CheckOutcome {
  const { importRegister, exportRegister, grid } = device;
  if (importRegister === undefined && exportRegister === undefined) return absent(CHECK);
  const backwards = importRegister === undefined ? undefined : turningBack(device, importRegister);
  if (backwards !== undefined) return backwards;
  const none = { check: CHECK, state: 'consistent', size: 0, standardError: 0, hours: 0 } as const;
  if (exportRegister === undefined) return none;
  const byHour = new Float64Array(24);
  const daysByHour = Array.from({ length: 24 }, () => new Set<number>());
  let first = Infinity;
  let last = -Infinity;
  for (let k = 1; k < grid.count; k++) {
    const energy = (exportRegister[k] as number) - (exportRegister[k - 1] as number);
    if (!(energy >= 0)) continue;
    const us = grid.startUs + k * grid.stepUs - 1;
    first = Math.min(first, us);
    last = Math.max(last, us);
    if (energy === 0) continue;
    const hour = Math.floor((us % DAY_US) / 3.6e9);
    byHour[hour] = (byHour[hour] as number) + energy;
    daysByHour[hour]?.add(Math.floor(us / DAY_US));
  }
  const days = (last - first) / DAY_US;
  if (!(days >= LEAST_DAYS)) return { check: CHECK, state: 'not_resolvable' };
  const total = byHour.reduce((sum, value) => sum + value, 0);
  let least = Infinity;
  let leastFrom = 0;
  for (let from = 0; from < 24; from++) {
    let sum = 0;
    for (let hour = 0; hour < DARK_HOURS; hour++) sum += byHour[(from + hour) % 24] as number;
    if (sum < least) {
      least = sum;
      leastFrom = from;
    }
  }
  const active = new Set(
    Array.from({ length: DARK_HOURS }, (_, hour) => [
      ...(daysByHour[(leastFrom + hour) % 24] ?? []),
    ]).flat(),
  );
  const share = total > 0 ? least / ((total * DARK_HOURS) / 24) : 0;
  const perDay = least / days;
  if (share < LEAST_SHARE || perDay < LEAST_KWH || active.size < LEAST_DAYS)
    return { ...none, size: share, hours: 24 * days };
  return {
    check: CHECK,
    state: 'inconsistent',
    size: perDay,
    standardError: 0,
    hours: 24 * days,
    evidence: {
      code: 'export_day_and_night',
      values: { kwh: total / days, days: active.size, at: instantAt(grid, 0) },
    },
  };
}

function turningBack({ grid }: DeviceSeries, register: Float64Array): CheckOutcome | undefined {
  let falls = 0;
  let fallen = 0;
  let risen = 0;
  let first = -1;
  let previous = NaN;
  const days = new Set<number>();
  for (let k = 0; k < grid.count; k++) {
    const value = register[k] as number;
    if (!Number.isFinite(value)) continue;
    if (value < previous) {
      falls++;
      fallen += previous - value;
      if (first < 0) first = k;
      days.add(Math.floor((grid.startUs + k * grid.stepUs) / DAY_US));
    } else if (value > previous && first >= 0) risen += value - previous;
    previous = value;
  }
  if (falls < LEAST_FALLS || days.size < 2 || fallen <= risen) return undefined;
  const hours = ((grid.count - 1 - first) * grid.stepUs) / 3.6e9;
  return {
    check: CHECK,
    state: 'inconsistent',
    size: fallen,
    standardError: 0,
    hours,
    evidence: {
      code: 'register_backwards',
      values: { kwh: fallen, days: hours / 24, at: instantAt(grid, first) },
    },
  };
}
