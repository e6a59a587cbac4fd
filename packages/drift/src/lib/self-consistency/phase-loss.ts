import { absent, type CheckOutcome } from './check-outcome.ts';
import {
  type DeviceSeries,
  instantAt,
  livePhases,
  pointsPerDay,
  stepHours,
} from './device-series.ts';

/** A fuse of a street is back within the day; a voltage link of a meter is not. */
const VOLTAGE_HOURS = 24;
/** Below this share of the others a phase is dead, V. */
const DEAD_SHARE = 0.5;
const ALIVE_V = 80;
const FLOWING_A = 0.5;
const CURRENT_DAYS = 3;
/** A phase that was in use all the time: refrigerators and standby run day and night. */
const USED_SHARE = 0.9;
/** Times the longest time without current before. */
const LONGER = 6;

/** A phase without voltage at the meter while another has it, or while current flows: energy of that phase is not counted. */
export function checkPhaseVoltage(device: DeviceSeries): CheckOutcome {
  const { voltages, currents, grid } = device;
  const phases = livePhases(voltages);
  if (phases.length === 0) return absent('phase_voltage');
  let worst = { phase: 0, points: 0, since: 0 };
  let seen = 0;
  for (const phase of phases) {
    let points = 0;
    let since = -1;
    for (let k = 0; k < grid.count; k++) {
      const own = voltages[phase]?.[k] as number;
      if (!Number.isFinite(own)) continue;
      seen++;
      let highest = 0;
      for (const other of phases) {
        const volts = voltages[other]?.[k] as number;
        if (other !== phase && volts > highest) highest = volts;
      }
      const flowing = (currents[phase]?.[k] as number) >= FLOWING_A;
      const isDead =
        (highest >= ALIVE_V && own < DEAD_SHARE * highest) || (own < ALIVE_V && flowing);
      if (!isDead) continue;
      if (since < 0) since = k;
      points++;
    }
    if (points > worst.points) worst = { phase, points, since };
  }
  const hours = worst.points * stepHours(grid);
  const measured = { size: hours, standardError: 0, hours };
  if (hours < VOLTAGE_HOURS)
    return seen === 0
      ? { check: 'phase_voltage', state: 'not_resolvable' }
      : {
          check: 'phase_voltage',
          state: 'consistent',
          ...measured,
          minimumDetectable: VOLTAGE_HOURS,
        };
  return {
    check: 'phase_voltage',
    state: 'inconsistent',
    ...measured,
    evidence: {
      code: 'phase_voltage_lost',
      values: { phase: worst.phase + 1, hours, at: instantAt(grid, worst.since) },
    },
  };
}

/** A phase that always carried current and carries none any more, while another phase of the same meter still does. */
export function checkPhaseCurrent(device: DeviceSeries): CheckOutcome {
  const { currents, grid } = device;
  const phases = livePhases(currents);
  if (phases.length < 2) return absent('phase_current');
  const perDay = pointsPerDay(grid);
  let resolvable = false;
  for (const phase of phases) {
    const series = currents[phase] as Float64Array;
    let last = series.length - 1;
    while (last >= 0 && !((series[last] as number) > 0)) last--;
    const run = { used: 0, seen: 0, longest: 0, zeros: 0 };
    for (let k = 0; k <= last; k++) {
      const value = series[k] as number;
      if (!Number.isFinite(value)) continue;
      run.seen++;
      run.zeros = value > 0 ? 0 : run.zeros + 1;
      run.longest = Math.max(run.longest, run.zeros);
      if (value > 0) run.used++;
    }
    if (run.seen < 7 * perDay || run.used < USED_SHARE * run.seen) continue;
    resolvable = true;
    let zeros = 0;
    let others = 0;
    for (let k = last + 1; k < grid.count; k++) {
      if (!Number.isFinite(series[k])) continue;
      zeros++;
      if (phases.some((other) => other !== phase && (currents[other]?.[k] as number) > 0)) others++;
    }
    const days = zeros / perDay;
    if (days < CURRENT_DAYS || zeros <= LONGER * run.longest || others < 0.5 * zeros) continue;
    return {
      check: 'phase_current',
      state: 'inconsistent',
      size: days,
      standardError: 0,
      hours: 24 * days,
      evidence: {
        code: 'phase_current_lost',
        values: { phase: phase + 1, days, at: instantAt(grid, last + 1) },
      },
    };
  }
  return resolvable
    ? {
        check: 'phase_current',
        state: 'consistent',
        size: 0,
        standardError: 0,
        hours: 0,
        minimumDetectable: CURRENT_DAYS,
      }
    : { check: 'phase_current', state: 'not_resolvable' };
}
