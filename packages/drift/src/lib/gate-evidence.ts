import type { EvidenceItem, FleetInput } from './fleet-types.ts';
import type { StampShift } from './stamp-shifts.ts';
import type { WrongStamps } from './supply-stamps.ts';
import type { Switching } from './switching.ts';
import type { UnmeteredPattern } from './unmetered-pattern.ts';

/** Share of the load from which on it is the supply that has another time than its consumers. */
const SUPPLY_SHARE = 0.75;

/** RFC 3339 to the minute, UTC. */
export function instantOf(input: FleetInput, k: number): string {
  const us = input.grid.startUs + k * input.grid.stepUs;
  return `${new Date(us / 1000).toISOString().slice(0, 16)}Z`;
}

/** Of a meter: by how much its stamps are late (negative: early), and since or until when. */
export function shiftItem(input: FleetInput, shift: StampShift): EvidenceItem {
  const minutes = (shift.steps * input.grid.stepUs) / 60e6;
  if (Number.isFinite(shift.from))
    return {
      code: 'stamps_shifted_since',
      values: { minutes, at: instantOf(input, shift.from) },
    };
  if (Number.isFinite(shift.to))
    return { code: 'stamps_shifted_until', values: { minutes, at: instantOf(input, shift.to) } };
  return { code: 'stamps_shifted', values: { minutes } };
}

/** Of an area whose supply, or a good part of whose consumers, has another time. */
export function mixedStampsItem(input: FleetInput, { steps, share }: WrongStamps): EvidenceItem {
  const minutes = (steps * input.grid.stepUs) / 60e6;
  return share >= SUPPLY_SHARE
    ? { code: 'supply_stamps_shifted', values: { minutes: -minutes } }
    : { code: 'stamps_mixed', values: { minutes, share } };
}

export function clocksOffItem(meters: number, of: number): EvidenceItem {
  return { code: 'clocks_off', values: { meters, of } };
}

/** Of an area whose network changed: when, how much of the supply, and which meters. */
export function topologyItems(
  input: FleetInput,
  { at: point, share, left, arrived }: Switching,
): EvidenceItem[] {
  const at = instantOf(input, point);
  const deviceId = (meter: number): string => input.meters[meter]?.deviceId ?? '';
  return [
    { code: 'topology_changed', values: { at, share, left: left.length, arrived: arrived.length } },
    ...left.map((meter): EvidenceItem => ({
      code: 'moved_meter',
      values: { device_id: deviceId(meter), at },
    })),
    ...arrived.map(({ meter }): EvidenceItem => ({
      code: 'arrived_meter',
      values: { device_id: deviceId(meter), at },
    })),
  ];
}

export function restartItem(input: FleetInput, point: number): EvidenceItem {
  return { code: 'window_restarted', values: { at: instantOf(input, point) } };
}

export function patternItem({ power, hour }: UnmeteredPattern): EvidenceItem {
  return { code: 'unmetered_hours', values: { watts: 1000 * power, hour } };
}
