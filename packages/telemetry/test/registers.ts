import {
  type RegisterEvent,
  type RegisterFacts,
  type RegisterReading,
  watchRegister,
} from '../src/index.ts';

export const STEP_US = 900e6;
const START_US = 1_767_225_600e6;

/** Readings every quarter of an hour. */
export const readingsOf = (values: readonly number[]): RegisterReading[] =>
  values.map((value, k) => ({ tsUs: START_US + k * STEP_US, value }));

/** A household's register: `count` values from `from` on, 0.05 to 0.5 kW.h a step, in whole W.h. */
export function household(from: number, count: number): number[] {
  const values: number[] = [];
  let value = from;
  for (let k = 0; k < count; k++) {
    values.push(Math.round(value * 1000) / 1000);
    value += 0.05 + 0.45 * Math.abs(Math.sin(k * 0.7));
  }
  return values;
}

export interface Watched {
  readonly events: readonly RegisterEvent[];
  readonly unsettled: RegisterEvent | undefined;
}

export function watch(readings: readonly RegisterReading[], facts?: RegisterFacts): Watched {
  const register = watchRegister(facts);
  const events = readings.flatMap(({ tsUs, value }) => register.take(tsUs, value) ?? []);
  return { events, unsettled: register.unsettled() };
}

export const kindsOf = (events: readonly RegisterEvent[]): string[] =>
  events.map(({ kind }) => kind);
