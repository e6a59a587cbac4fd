import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowProfile, eachPiece } from '../src/lib/water-flow.ts';
import { curveAt, curveError, gainAt, type MeterCurve } from '../src/lib/water-meter.ts';

const CURVE: MeterCurve = { flat: 0.002, hump: 0.006, humpFlow: 100, startingFlow: 6 };

describe('the error curve of a meter', () => {
  it('counts nothing below its starting flow and is within class 2 above Q1 and Q2', () => {
    expect(curveError(CURVE, 5)).toBe(-1);
    // Q3 2.5 m3/h, R 100: Q1 25 L/h, Q2 40 L/h, Q4 3,125 L/h.
    for (let flow = 25; flow < 40; flow += 1)
      expect(Math.abs(curveError(CURVE, flow))).toBeLessThan(0.05);
    for (let flow = 40; flow <= 3125; flow += 5)
      expect(Math.abs(curveError(CURVE, flow))).toBeLessThan(0.02);
  });

  it('loses the small flows first when it wears', () => {
    const worn = curveAt(CURVE, { kind: 'wear', factor: 3, sinceDay: 0, untilDay: 10 }, 12);
    const lost = (flow: number): number => curveError(CURVE, flow) - curveError(worn, flow);
    expect(lost(30)).toBeGreaterThan(0.2);
    expect(lost(1000)).toBeLessThan(0.001);
    expect(
      curveAt(CURVE, { kind: 'wear', factor: 3, sinceDay: 0, untilDay: 10 }, 5).startingFlow,
    ).toBe(12);
  });

  it('steps and ramps', () => {
    expect(gainAt({ kind: 'drift', size: -0.1, sinceDay: 5 }, 4)).toBe(1);
    expect(gainAt({ kind: 'drift', size: -0.1, sinceDay: 5 }, 5)).toBe(0.9);
    expect(gainAt({ kind: 'drift', size: -0.1, sinceDay: 5, untilDay: 15 }, 10)).toBeCloseTo(
      0.95,
      12,
    );
    expect(gainAt({ kind: 'stopped', sinceDay: 5 }, 6)).toBe(0);
  });
});

describe('draws that overlap', () => {
  const draw = fc.record({
    startS: fc.integer({ min: -4000, max: 8000 }),
    seconds: fc.integer({ min: 1, max: 4000 }),
    litresPerHour: fc.integer({ min: 1, max: 900 }),
    pressured: fc.boolean(),
  });

  it('keep their litres, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(draw, { maxLength: 30 }), (draws) => {
        const litres = draws.reduce((sum, { startS, seconds, litresPerHour }) => {
          const inside = Math.min(7200, startS + seconds) - Math.max(-3600, startS);
          return sum + (Math.max(0, inside) * litresPerHour) / 3600;
        }, 0);
        let found = 0;
        eachPiece(
          flowProfile(draws, [-3600, 7200]),
          { fromS: -3600, stepS: 300, steps: 36 },
          (_step, hours, fixed, pressured) => {
            found += hours * (fixed + pressured);
          },
        );
        expect(found).toBeCloseTo(litres, 6);
      }),
    );
  });
});
