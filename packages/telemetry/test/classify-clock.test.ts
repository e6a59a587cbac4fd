import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOCK_FAULTS, type ClockSlot, type ClockState, classifyClock } from '../src/index.ts';
import { CLOCKS, TRANSPORTS, entry, simulate } from './simulated-clock.ts';

const SLOT_US = 6 * 3600e6;
const START_US = Date.UTC(2026, 5, 1) * 1000;
const HANOI = { zoneMinutes: [420] };

/** Slots with 24 messages each, one every quarter of an hour, whose smallest lags are given in seconds. */
const slotsOf = (lags: readonly number[], more: Partial<ClockSlot> = {}): ClockSlot[] =>
  lags.map((lag, k) => ({
    startUs: START_US + k * SLOT_US,
    messages: 24,
    lagMinMs: lag * 1000,
    lagMaxMs: (lag + 30) * 1000,
    spanMs: 0,
    stepMs: 900_000,
    future: lag < -300 ? 24 : 0,
    late: lag > 3600 ? 24 : 0,
    offMinute: 0,
    unset: 0,
    arrival: 0,
    ...more,
  }));
const days = (count: number, lag: number): number[] => Array.from({ length: 4 * count }, () => lag);

describe('a clock', () => {
  test('is right where the fastest messages arrive a moment after their time', () => {
    expect(classifyClock(slotsOf(days(3, 2)), HANOI)).toEqual({
      state: 'ok',
      offset: { seconds: -1.5, uncertainty: 1.5 },
      sinceUs: START_US,
    });
  });

  test('is certainly ahead where messages come before their time', () => {
    expect(classifyClock(slotsOf(days(3, -4000)), HANOI)).toMatchObject({
      state: 'ahead',
      offset: { seconds: 4000.5 },
    });
  });

  test('is behind where all messages come the same time late and none waits for others', () => {
    expect(classifyClock(slotsOf(days(3, 4000)), HANOI)).toMatchObject({ state: 'behind' });
    // the same lag with several instants to a message may be that of an upload
    const uploads = slotsOf(days(3, 4000), { spanMs: 3_600_000 });
    expect(classifyClock(uploads, HANOI).state).toBe('buffered');
  });

  test('that is behind by less than the device may wait is not called behind, and the offset says so', () => {
    expect(classifyClock(slotsOf(days(3, 600)), HANOI)).toMatchObject({
      state: 'ok',
      offset: { seconds: -300, uncertainty: 300 },
    });
  });

  test('that fell behind by that much was set: the device was faster before', () => {
    const slots = slotsOf([...days(3, 2), ...days(3, 602)]);
    expect(classifyClock(slots, HANOI)).toMatchObject({
      state: 'behind',
      sinceUs: START_US + 12 * SLOT_US,
    });
  });

  test.each([
    [-25_198, 420],
    [25_202, -420],
    [-20_698, 345], // Nepal
    [-3_598, 60],
  ])('with a lag of %d s has the zone of %d minutes', (lag, zoneMinutes) => {
    expect(classifyClock(slotsOf(days(2, lag)), HANOI)).toMatchObject({
      state: 'wrong_zone',
      zoneMinutes,
    });
  });

  test.each([
    [902, -1],
    [-898, 1],
  ])('with a lag of one interval (%d s) may name the other end of it', (lag, steps) => {
    expect(classifyClock(slotsOf(days(2, lag)), HANOI)).toMatchObject({
      state: 'interval_shift',
      steps,
      stepSeconds: 900,
    });
  });

  test('that is ahead by an hour of hourly readings has the zone of its tenant where that is one hour', () => {
    const hourly = slotsOf(days(2, -3599), { stepMs: 3_600_000 });
    expect(classifyClock(hourly, { zoneMinutes: [60, 120] }).state).toBe('wrong_zone');
    expect(classifyClock(hourly, HANOI).state).toBe('interval_shift');
  });

  test('drifts where the fastest messages lie on a line', () => {
    const lags = Array.from({ length: 40 }, (_, k) => 3 - 5 * k);
    const health = classifyClock(slotsOf(lags), HANOI);
    expect(health).toMatchObject({ state: 'drifting' });
    expect(health.state === 'drifting' ? health.rate : 0).toBeCloseTo(20, 6);
    expect(health.state === 'drifting' ? health.offset.seconds : 0).toBeCloseTo(192, 6);
  });

  test('jumps where its offset changes more than once', () => {
    const lags = [...days(2, 2), ...days(2, -600), ...days(2, 2), ...days(2, -1500)];
    expect(classifyClock(slotsOf(lags), HANOI)).toMatchObject({ state: 'jumping', jumps: 3 });
  });

  test('is not judged by one stray message', () => {
    const lags = days(4, 2);
    lags[7] = -5000;
    expect(classifyClock(slotsOf(lags), HANOI).state).toBe('ok');
  });

  test('of which much came late at once, such as after an outage, is right where messages are prompt now', () => {
    expect(classifyClock(slotsOf([2], { lagMaxMs: 60 * 86_400_000, late: 60 })).state).toBe('ok');
    expect(classifyClock(slotsOf([20, 9000, 40_000, 7200, 30_000])).state).toBe('buffered');
  });

  test('has no time where stamps lie before 2005, and is right again once they do not', () => {
    const lost = slotsOf(days(1, 2), { messages: 0, lagMinMs: null, lagMaxMs: null, unset: 24 });
    expect(classifyClock(lost)).toEqual({ state: 'unset', offset: undefined, sinceUs: START_US });
    const mended = slotsOf(days(2, 2)).map((slot, k) => (k < 4 ? (lost[k] ?? slot) : slot));
    expect(classifyClock(mended).state).toBe('ok');
  });

  test('that was ahead and is set right is right after two slots', () => {
    const slots = slotsOf([...days(3, -4000), 2]);
    expect(classifyClock(slots, HANOI).state).toBe('ahead');
    expect(
      classifyClock([...slots, ...slotsOf([...days(3, 2), 2, 2]).slice(-1)], HANOI),
    ).toMatchObject({
      state: 'ok',
      sinceUs: START_US + 12 * SLOT_US,
    });
  });

  test('began anew from a date of its own where it is years behind', () => {
    expect(classifyClock(slotsOf(days(2, 6 * 365 * 86_400))).state).toBe('unset');
  });

  test('is not there where messages carry no time', () => {
    const slots = slotsOf(days(2, 0), { messages: 0, lagMinMs: null, lagMaxMs: null, arrival: 24 });
    expect(classifyClock(slots)).toMatchObject({ state: 'no_own_time', sinceUs: START_US });
  });

  test('of which nothing was seen is unknown', () => {
    expect(classifyClock([]).state).toBe('unknown');
    expect(classifyClock(slotsOf([5], { messages: 2 })).state).toBe('unknown');
  });

  test('is what the balance of its area says where no time of arrival can tell', () => {
    const prompt = slotsOf(days(3, 2));
    const shift = (areaOffset: number) => classifyClock(prompt, { ...HANOI, areaOffset });
    expect(shift(-900)).toMatchObject({ state: 'interval_shift', steps: -1, stepSeconds: 900 });
    expect(shift(25_200)).toMatchObject({ state: 'wrong_zone', zoneMinutes: 420 });
    expect(shift(-4500)).toMatchObject({ state: 'behind', offset: { seconds: -4500 } });
  });
});

describe('whatever the transport', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 8, maxLength: 60 });

  test('the offset is never below what is said to be the least', () => {
    fc.assert(
      fc.property(delays, fc.integer({ min: -90_000, max: 90_000 }), (delay, offset) => {
        const health = classifyClock(slotsOf(delay.map((d) => d - offset)), HANOI);
        if (!('offset' in health) || health.offset === undefined || health.state === 'drifting')
          return;
        const { seconds, uncertainty } = health.offset;
        expect(seconds - uncertainty).toBeLessThanOrEqual(offset + 1e-6);
      }),
    );
  });

  test('a clock that is not ahead is never said to be', () => {
    fc.assert(
      fc.property(delays, fc.integer({ min: -90_000, max: 0 }), (delay, offset) => {
        const { state } = classifyClock(slotsOf(delay.map((d) => d - offset)), HANOI);
        expect(state).not.toBe('ahead');
      }),
    );
  });

  test('the answer does not depend on when the slots were', () => {
    fc.assert(
      fc.property(delays, fc.integer({ min: 0, max: 100 }), (delay, later) => {
        const slots = slotsOf(delay);
        const moved = slots.map((slot) => ({
          ...slot,
          startUs: slot.startUs + later * SLOT_US * 4,
        }));
        const { sinceUs, ...here } = classifyClock(slots, HANOI);
        const { sinceUs: movedUs, ...there } = classifyClock(moved, HANOI);
        expect(there).toEqual(here);
        expect(movedUs - sinceUs).toBe(later * SLOT_US * 4);
      }),
    );
  });
});

/** Share of simulated devices that are said to be in one of the states. */
function share(
  clock: string,
  transport: string,
  states: readonly ClockState[],
  count: number,
): number {
  let found = 0;
  for (let k = 0; k < count; k++) {
    const { slots } = simulate(entry(TRANSPORTS, transport), entry(CLOCKS, clock), {
      days: 14,
      seed: 1 + k,
    });
    if (states.includes(classifyClock(slots, HANOI).state)) found += 1;
  }
  return found / count;
}

const PROMPT = ['cellular, 15 min', 'LoRaWAN, 1 h', 'sensor, 5 min, stamped when sent'];

describe('of simulated devices', () => {
  test.each(Object.keys(TRANSPORTS))(
    'no right clock is blamed for its transport: %s',
    (transport) => {
      expect(share('right', transport, CLOCK_FAULTS, 60)).toBe(0);
    },
  );

  test.each<[string, readonly ClockState[]]>([
    ['ahead', ['ahead', 'wrong_zone', 'interval_shift']],
    ['behind by 2 to 11 h', ['behind', 'wrong_zone']],
    ['wrong zone (+7 h)', ['wrong_zone']],
    ['wrong zone (-7 h)', ['wrong_zone']],
    ['drifting, 5 to 60 s/day', ['drifting']],
    ['jumping', ['jumping']],
    ['no battery (2000-01-01 at each start)', ['unset']],
    ['stamps at the beginning', ['interval_shift']],
  ])('that send at once all are found: %s', (clock, states) => {
    for (const transport of PROMPT) expect(share(clock, transport, states, 20)).toBe(1);
  });
});
