import { compareText } from './compare-text.ts';
import type { DeviceResult } from './fleet-types.ts';

/** Accepted share of false entries on the list for work orders and on the wider list (CONTRACTS.md 3). */
const REVERIFY_LEVEL = 0.02;
const WATCH_LEVEL = 0.1;

/** What may stand on a list: a device, or one quantity of it. Without a probability it stands on none. */
export type ListEntry = Pick<DeviceResult, 'deviceId' | 'quantity' | 'probabilityDrifted'>;

/** The last entry that a list takes. A list is a head of the order of all entries, so that this says who is on it. */
export type ListEnd = Required<ListEntry>;

/** The lists of a tenant, over its devices of all kinds. Undefined: the list takes nobody. */
export interface TenantLists {
  /** Of those that work orders are made for. */
  readonly reverify: ListEnd | undefined;
  /** The wider one. */
  readonly watch: ListEnd | undefined;
}

/** On which nobody is. */
export const NO_LISTS: TenantLists = { reverify: undefined, watch: undefined };

/** The lists over all that may stand on them, in any order. */
export function tenantLists(entries: readonly ListEntry[]): TenantLists {
  const sorted = inListOrder(entries);
  const endOf = (level: number): ListEnd | undefined => sorted[lengthOf(sorted, level) - 1];
  return { reverify: endOf(REVERIFY_LEVEL), watch: endOf(WATCH_LEVEL) };
}

export function isListed(entry: ListEntry, end: ListEnd | undefined): boolean {
  if (end === undefined || entry.probabilityDrifted === undefined) return false;
  return compareEntries(asEnd(entry, entry.probabilityDrifted), end) <= 0;
}

/** Ids of the devices on the list at a level, in its order. */
export function acceptedList(
  devices: readonly { readonly deviceId: string; readonly probabilityDrifted: number }[],
  level: number,
): Set<string> {
  const sorted = inListOrder(devices);
  return new Set(sorted.slice(0, lengthOf(sorted, level)).map(({ deviceId }) => deviceId));
}

function inListOrder(entries: readonly ListEntry[]): ListEnd[] {
  return entries
    .flatMap((entry) =>
      entry.probabilityDrifted === undefined ? [] : asEnd(entry, entry.probabilityDrifted),
    )
    .toSorted(compareEntries);
}

/**
 * How many entries in falling order a list takes: as long as the running mean of 1 - P stays within the level. 1 - P never falls in this order,
 * so neither does its running mean: behind the first entry that is too much there is none that is not.
 */
function lengthOf(sorted: readonly ListEnd[], level: number): number {
  let sum = 0;
  let length = 0;
  for (const { probabilityDrifted } of sorted) {
    sum += 1 - probabilityDrifted;
    if (sum / (length + 1) > level) break;
    length++;
  }
  return length;
}

/** The quantity of a device that has one register in a balance need not be named: no other of it has a probability. */
function asEnd({ deviceId, quantity = '' }: ListEntry, probabilityDrifted: number): ListEnd {
  return { deviceId, quantity, probabilityDrifted };
}

/** Falling probability; ties by device, then by quantity. */
function compareEntries(a: ListEnd, b: ListEnd): number {
  return (
    b.probabilityDrifted - a.probabilityDrifted ||
    compareText(a.deviceId, b.deviceId) ||
    compareText(a.quantity, b.quantity)
  );
}
