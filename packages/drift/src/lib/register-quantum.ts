import type { MeterSeries } from './fleet-types.ts';

/** Largest step that divides all increments of a register, kW.h; 0 where it is finer than a ten-thousandth of them. */
export function registerQuantum(meter: MeterSeries, limit: number): number {
  let quantum = 0;
  let previous = NaN;
  let seen = 0;
  for (let k = 0; k < meter.importRegister.length && seen < limit; k++) {
    const value = meter.importRegister[k] as number;
    if (!Number.isFinite(value)) continue;
    let a = Math.abs(value - previous);
    previous = value;
    if (!Number.isFinite(a) || a < 1e-7) continue;
    seen++;
    let b = quantum;
    while (b > 1e-5) [a, b] = [b, a - Math.round(a / b) * b].map(Math.abs) as [number, number];
    quantum = a;
  }
  return quantum;
}
