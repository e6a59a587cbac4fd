import type { RegisterReading } from '@verimeter/telemetry';
import { describe, expect, test } from 'vitest';
import { formIntervals } from '../src/lib/area-intervals.ts';
import { correctRegister, type KnownRegisterEvent } from '../src/lib/register-corrections.ts';
import { INTERVALS, smallAreaInput } from './small-area.ts';

const clean = smallAreaInput();
const { grid } = clean;
const NONE: ReadonlySet<number> = new Set();
/** The consumer that has the events, and the grid point of the first odd reading. */
const METER = 5;
const AT = 200;
const END_US = grid.startUs + (grid.count - 1) * grid.stepUs;

const line = clean.meters[METER]?.importRegister ?? new Float64Array();
const readingOf = (register: Float64Array, k: number): RegisterReading => ({
  tsUs: grid.startUs + k * grid.stepUs,
  value: register[k] ?? 0,
});

function eventOf(
  register: Float64Array,
  kind: KnownRegisterEvent['kind'],
  rest: Partial<KnownRegisterEvent> & { readonly until?: number } = {},
): KnownRegisterEvent {
  const { until = AT, ...known } = rest;
  const after = readingOf(register, until);
  const { tsUs, value } = readingOf(register, AT);
  const before = readingOf(register, AT - 1);
  return { kind, state: 'open', tsUs, value, before, after, settledUs: after.tsUs, ...known };
}

/** Energy of the consumer between the grid points of the area's intervals, its register corrected by the event. */
function intervalsOf(register: Float64Array, event: KnownRegisterEvent, asOfUs = END_US) {
  const meters = clean.meters.map((meter, index) =>
    index === METER
      ? { ...meter, importRegister: correctRegister(register, grid, [event], asOfUs) }
      : meter,
  );
  const area = clean.areas[0];
  if (area === undefined) throw new Error('there is one');
  const intervals = formIntervals({ ...clean, meters }, area, NONE, [], () => 0);
  const consumer = intervals.consumers.find(({ meter }) => meter === METER);
  return { intervals, energy: consumer?.energy ?? new Float64Array() };
}

const total = (energy: Float64Array): number => energy.reduce((sum, value) => sum + value, 0);
const whole = total(
  Float64Array.from({ length: INTERVALS }, (_, t) => (line[t + 1] ?? 0) - (line[t] ?? 0)),
);

describe('the intervals of an area', () => {
  test('are those of the register itself where nothing happened', () => {
    expect(correctRegister(line, grid, [], END_US)).toBe(line);
    const old = eventOf(line, 'swap', {
      before: { tsUs: -2, value: 9 },
      after: { tsUs: -1, value: 0 },
    });
    expect(correctRegister(line, grid, [old], END_US)).toBe(line);
    const reversed = eventOf(line, 'swap', { state: 'reversed' });
    expect(correctRegister(line, grid, [reversed], END_US)).toBe(line);
  });

  test('count over a rollover as if there was none', () => {
    const wrapped = line.map((value, k) => (k < AT ? value + 9990 : value - 10));
    const { intervals, energy } = intervalsOf(
      wrapped,
      eventOf(wrapped, 'rollover', { modulus: 10_000 }),
    );
    expect(intervals.count).toBe(INTERVALS);
    expect(total(energy)).toBeCloseTo(whole, 9);
  });

  test('merge over a glitch', () => {
    const odd = Float64Array.from(line);
    odd.fill(0, AT, AT + 3);
    const { intervals, energy } = intervalsOf(odd, eventOf(odd, 'glitch', { until: AT + 3 }));
    expect(intervals.count).toBe(INTERVALS - 3);
    expect(total(energy)).toBeCloseTo(whole, 9);
  });

  test.each([
    ['reset', (value: number) => value - (line[AT] ?? 0)],
    ['swap', (value: number) => value + 7000],
  ] as const)('leave out the one with a %s', (kind, level) => {
    const odd = line.map((value, k) => (k < AT ? value : level(value)));
    const { intervals, energy } = intervalsOf(odd, eventOf(odd, kind));
    expect(intervals.count).toBe(INTERVALS - 1);
    expect([...intervals.to]).not.toContain(AT);
    expect(total(energy)).toBeCloseTo(whole - ((line[AT] ?? 0) - (line[AT - 1] ?? 0)), 9);
  });

  test('end where an event still goes on, or did so at as-of', () => {
    const odd = line.map((value, k) => (k < AT ? value : value + 7000));
    const open = eventOf(odd, 'glitch', { after: undefined, settledUs: undefined });
    expect(intervalsOf(odd, open).intervals.count).toBe(AT - 1);
    const settled = eventOf(odd, 'swap', { settledUs: readingOf(odd, AT + 3).tsUs });
    expect(intervalsOf(odd, settled, readingOf(odd, AT + 2).tsUs).intervals.count).toBe(AT - 1);
    const later = correctRegister(odd, grid, [settled], readingOf(odd, AT - 1).tsUs);
    expect(later).toBe(odd);
  });

  test('of the last readings are not changed by an event before them', () => {
    const odd = line.map((value, k) => (k < AT ? value : value + 7000));
    const corrected = correctRegister(odd, grid, [eventOf(odd, 'swap')], END_US);
    expect(corrected.subarray(AT)).toEqual(odd.subarray(AT));
  });
});
