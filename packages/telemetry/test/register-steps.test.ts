import { describe, expect, test } from 'vitest';
import {
  amountAcross,
  type JudgedRegisterEvent,
  type RegisterReading,
  registerSteps,
} from '../src/index.ts';
import { readingsOf } from './registers.ts';

const VALUES = [100, 101, 0, 103, 104] as const;
const readings = readingsOf(VALUES);
const at = (k: number): RegisterReading => readings[k] ?? { tsUs: 0, value: 0 };

const glitch: JudgedRegisterEvent = {
  kind: 'glitch',
  state: 'open',
  tsUs: at(2).tsUs,
  value: 0,
  before: at(1),
  after: at(3),
};
const amounts = (events: readonly JudgedRegisterEvent[]) =>
  registerSteps(readings, events).map(({ amount }) => amount);

describe('what a register counted between its readings', () => {
  test('leaves out a glitch', () => {
    expect(registerSteps(readings, [glitch])).toEqual([
      { fromUs: at(0).tsUs, toUs: at(1).tsUs, amount: 1 },
      { fromUs: at(1).tsUs, toUs: at(3).tsUs, amount: 2 },
      { fromUs: at(3).tsUs, toUs: at(4).tsUs, amount: 1 },
    ]);
  });

  test('is as it stands where a person reversed the event, but for a fall', () => {
    expect(amounts([{ ...glitch, state: 'reversed' }])).toEqual([1, undefined, 103, 1]);
  });

  test('is not known across what a person calls a swap', () => {
    expect(amounts([{ ...glitch, kind: 'swap', state: 'confirmed' }])).toEqual([1, undefined, 1]);
  });

  test('is what a person confirmed, whatever else is found across it', () => {
    const found = { ...glitch, tsUs: at(3).tsUs, before: at(2), after: at(4) };
    expect(amounts([glitch, found])).not.toEqual(amounts([glitch]));
    const confirmed = { ...glitch, state: 'confirmed' as const };
    expect(amounts([confirmed, found])).toEqual([1, 2, 1]);
  });

  test('is not known as long as an event goes on, unless a person says that the register counts from there', () => {
    const open = { ...glitch, after: undefined };
    expect(registerSteps(readings, [open])).toEqual([
      { fromUs: at(0).tsUs, toUs: at(1).tsUs, amount: 1 },
      { fromUs: at(1).tsUs, toUs: at(4).tsUs, amount: undefined },
    ]);
    expect(amounts([{ ...open, kind: 'reset', state: 'confirmed' }])).toEqual([
      1,
      undefined,
      103,
      1,
    ]);
  });

  test('is known across an event that began before the first reading', () => {
    expect(registerSteps(readings.slice(2), [glitch])).toEqual([
      { fromUs: at(1).tsUs, toUs: at(3).tsUs, amount: 2 },
      { fromUs: at(3).tsUs, toUs: at(4).tsUs, amount: 1 },
    ]);
  });
});

describe('the amount across an event', () => {
  const [before, after] = [
    { tsUs: 0, value: 99_998 },
    { tsUs: 1, value: 3 },
  ];

  test('is the wrapped difference of a rollover, also of one that a person names', () => {
    expect(amountAcross({ kind: 'rollover', before, after, modulus: 100_000 })).toBe(5);
    expect(amountAcross({ kind: 'rollover', before, after })).toBe(5);
  });

  test.each(['reset', 'swap'] as const)('of a %s is not known', (kind) => {
    expect(amountAcross({ kind, before, after })).toBeUndefined();
  });

  test('is never below zero', () => {
    expect(amountAcross({ kind: 'backwards', before, after })).toBeUndefined();
  });
});
