import { describe, expect, it } from 'vitest';

import { type AirNetwork, buildAirNetwork } from '../src/lib/air-network.ts';
import { sensorError } from '../src/lib/sensor-error.ts';
import { SIZES } from '../src/lib/sizes.ts';
import { cityWeather } from '../src/lib/weather.ts';

const START = Date.parse('2026-10-19T00:00:00Z');
const { air, days } = SIZES.small;

function build(seed: number): AirNetwork {
  return buildAirNetwork({ seed, startMs: START, days }, air, days);
}

describe('the air network of a small city', () => {
  it('has eight sensors and a reference over a year, told apart by nothing but their role', () => {
    const network = build(103);
    expect(network.startMs).toBe(START - 330 * 86_400_000);
    expect(network.stations).toHaveLength(9);
    for (const { quantities } of network.stations)
      for (const values of Object.values(quantities)) expect(values).toHaveLength(24 * 365 + 1);
    expect(network.members.filter(({ role }) => role === 'reference')).toHaveLength(1);
    const filled = network.devices.map((row) =>
      Object.entries(row).flatMap(([name, value]) => (value === '' ? [] : [name])),
    );
    expect(new Set(filled.map(String)).size).toBe(1);
  });

  it('hides in every seed one gain, one offset, one broken quantity and one exchanged sensor', () => {
    for (const seed of [101, 105, 110]) {
      const { truths, notices } = build(seed);
      const last = 24 * 365;
      const faulty = truths.filter(({ fault }) => fault !== undefined);
      expect(new Set(faulty.map(({ deviceId }) => deviceId)).size).toBe(4);
      const exchanged = faulty.filter(({ replacedOnDay }) => replacedOnDay !== undefined);
      expect(notices.map(({ deviceId, event }) => [deviceId, event])).toEqual(
        exchanged.map(({ deviceId }) => [deviceId, 'replaced']),
      );
      for (const truth of truths) {
        const e = sensorError(truth, last);
        const { fault, replacedOnDay, quantity } = truth;
        // A healthy one, or one that was exchanged, keeps its limit: 20 %, or half a degree.
        const limit = quantity === 'temperature' ? 0.5 : 0.2;
        if (fault === undefined || replacedOnDay !== undefined)
          expect(Math.abs(e)).toBeLessThan(limit);
        if (fault?.kind === 'gain_ramp' && replacedOnDay === undefined)
          expect(e).toBeGreaterThan(limit);
        if (fault?.kind === 'offset_step') expect(Math.abs(e)).toBeGreaterThan(limit);
        // Known for two months before anything happens to it.
        if (fault !== undefined) expect(fault.sinceDay).toBeGreaterThanOrEqual(62);
      }
    }
  });

  it('knows earlier days of the same weather', () => {
    const later = cityWeather(103, START, 20);
    const all = cityWeather(103, START, 20, 300);
    expect(all).toHaveLength(later.length + 300);
    expect(all.slice(300)).toEqual(later);
    const mean = (part: typeof all): number =>
      part.reduce((sum, { meanCelsius }) => sum + meanCelsius, 0) / part.length;
    expect(mean(all)).toBeGreaterThan(25.5);
    expect(mean(all)).toBeLessThan(29);
  });
});
