import { checkZeroRun } from '@verimeter/drift';

const PER_DAY = 96;
const STEP_US = 900e6;
const FIRST_LOOK_DAY = 15;

export interface RestRecord {
  readonly meters: number;
  readonly meterYears: number;
  /** Meters in order that were called stopped in some look. */
  readonly falseStops: number;
  /** Meters that were stopped, two weeks before the end, and the days to the first look that found it. */
  readonly stopped: number;
  readonly delays: readonly number[];
}

/** Daily looks at registers in order, and at the same registers held still for the last two weeks. */
export function judgeRests(registers: readonly Float64Array[]): RestRecord {
  let meterYears = 0;
  let falseStops = 0;
  const delays: number[] = [];
  let stopped = 0;
  for (const register of registers) {
    const days = Math.floor((register.length - 1) / PER_DAY);
    const stop = days - 14;
    let isFalse = false;
    for (let day = FIRST_LOOK_DAY; day <= days; day += 1) {
      meterYears += 1 / 365;
      if (isStopped(register, day)) isFalse = true;
    }
    if (isFalse) falseStops += 1;
    stopped += 1;
    const held = register.map((value, k) =>
      k > stop * PER_DAY ? (register[stop * PER_DAY] ?? 0) : value,
    );
    for (let day = stop + 1; day <= days; day += 1)
      if (isStopped(held, day)) {
        delays.push(day - stop);
        break;
      }
  }
  return { meters: registers.length, meterYears, falseStops, stopped, delays };
}

function isStopped(register: Float64Array, day: number): boolean {
  const importRegister = register.subarray(0, day * PER_DAY + 1);
  const grid = { startUs: 0, stepUs: STEP_US, count: importRegister.length };
  return (
    checkZeroRun({ grid, importRegister }, { asOfUs: day * PER_DAY * STEP_US }).state ===
    'inconsistent'
  );
}
