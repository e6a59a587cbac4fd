import { CLOCK_FAULTS, classifyClock, type ClockState } from '../src/index.ts';
import { CLOCKS, TRANSPORTS, simulate } from '../test/simulated-clock.ts';

const DAYS = 14;

/** Bounds of a share at 95 % (Wilson 1927). */
function wilson(hits: number, of: number): [number, number] {
  const z = 1.96;
  const p = hits / of;
  const centre = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

const percent = (share: number): string => (100 * share).toFixed(1).replace(/\.0$/, '');

/**
 * What becomes of simulated clocks, as a table in Markdown: share of devices that are said to have a fault with its 95 % bounds, and all
 * states in percent. This package knows no console:
 * `node -e "import('./packages/telemetry/bench/clock-rates.ts').then((m) => console.log(m.clockRates(400)))"`.
 */
export function clockRates(devices: number): string {
  const lines: string[] = [];
  for (const [clockName, clock] of Object.entries(CLOCKS)) {
    for (const [transportName, transport] of Object.entries(TRANSPORTS)) {
      const counts = new Map<ClockState, number>();
      for (let seed = 1; seed <= devices; seed++) {
        const { slots } = simulate(transport, clock, { days: DAYS, seed });
        const { state } = classifyClock(slots, { zoneMinutes: [420] });
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
      const faults = [...counts].reduce(
        (total, [state, count]) => total + (CLOCK_FAULTS.includes(state) ? count : 0),
        0,
      );
      const [low, high] = wilson(faults, devices);
      const states = [...counts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([state, count]) => `${state} ${percent(count / devices)}`)
        .join(', ');
      lines.push(
        `| ${clockName} | ${transportName} | ${percent(faults / devices)} (${percent(low)} to ${percent(high)}) | ${states} |`,
      );
    }
  }
  return lines.join('\n');
}
