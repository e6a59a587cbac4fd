import { type FleetInput, type OwnFinding, strongestOf } from '@verimeter/drift';
import type { AsOf } from '../as-of.ts';
import type { FleetRecords } from '../fleet-records.ts';
import {
  consumptionFindings,
  type ConsumptionFrame,
  consumptionFrameOf,
  metersOutside,
} from './consumption.ts';
import { type OwnContext, ownFindings } from './own-findings.ts';

/** Registers of meters outside of all areas, and what they are compared on. */
export interface OutsideConsumption {
  readonly frame: ConsumptionFrame;
  readonly registers: Pick<FleetInput, 'grid' | 'meters'>;
}

/** Of devices in areas and outside; with `consumption`, also changes of consumption of those outside. */
export async function deviceFindings(
  context: OwnContext,
  fleet: FleetRecords,
  asOf: AsOf,
  consumption?: OutsideConsumption,
): Promise<Map<string, OwnFinding>> {
  const found = await ownFindings(context, fleet, asOf);
  if (consumption === undefined) return found;
  const { frame, registers } = consumption;
  for (const [deviceId, change] of consumptionFindings(frame, registers, metersOutside(fleet))) {
    const own = found.get(deviceId);
    const both = strongestOf(own === undefined ? [change] : [own, change]);
    if (both !== undefined) found.set(deviceId, both);
  }
  return found;
}

/** All devices of a tenant whose registers are in memory; `registers` undefined: none was ever read. */
export function allDeviceFindings(
  context: OwnContext,
  fleet: FleetRecords,
  asOf: AsOf,
  all: { readonly registers: FleetInput; readonly latestUs: number } | undefined,
): Promise<Map<string, OwnFinding>> {
  if (all === undefined || metersOutside(fleet).size === 0)
    return deviceFindings(context, fleet, asOf);
  const { registers, latestUs } = all;
  const { phaseUs } = context.cadence;
  const frame = consumptionFrameOf(registers, fleet, { latestUs, phaseUs });
  return deviceFindings(context, fleet, asOf, { frame, registers });
}
