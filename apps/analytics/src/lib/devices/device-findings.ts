import { type OwnFinding, strongestOf } from '@verimeter/drift';
import type { AsOf } from '../as-of.ts';
import type { FleetRecords } from '../fleet-records.ts';
import {
  consumptionFindings,
  type ConsumptionFrame,
  consumptionFrame,
  metersOutside,
} from './consumption.ts';
import { type OwnContext, ownFindings } from './own-findings.ts';

/** Of devices in areas and outside; with `frame`, changes of consumption of those outside too. */
export async function deviceFindings(
  context: OwnContext,
  fleet: FleetRecords,
  asOf: AsOf,
  frame?: ConsumptionFrame,
): Promise<Map<string, OwnFinding>> {
  const found = await ownFindings(context, fleet, asOf);
  if (frame === undefined) return found;
  const changed = await consumptionFindings(context, frame, fleet, metersOutside(fleet));
  for (const [deviceId, change] of changed) {
    const own = found.get(deviceId);
    const both = strongestOf(own === undefined ? [change] : [own, change]);
    if (both !== undefined) found.set(deviceId, both);
  }
  return found;
}

/** All devices of a tenant. Without a cadence no register was ever read: then only events tell anything. */
export async function allDeviceFindings(
  context: OwnContext,
  fleet: FleetRecords,
  asOf: AsOf,
  latestUs: number | undefined,
): Promise<Map<string, OwnFinding>> {
  const hasOutside = latestUs !== undefined && metersOutside(fleet).length > 0;
  const frame = hasOutside ? await consumptionFrame(context, latestUs) : undefined;
  return deviceFindings(context, fleet, asOf, frame);
}
