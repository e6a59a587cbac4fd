import type { OtherAnswers } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, readDeviceEvents, type RelativeDrift } from '@verimeter/registry';
import type { AsOf } from './as-of.ts';
import type { FleetRecords } from './fleet-records.ts';
import { askKindThread } from './kind-thread.ts';
import { waterContrasts } from './lots/relative-drifts.ts';
import { buildSensorInput, RESTART_EVENTS } from './sensors/sensor-input.ts';
import { buildWaterInput } from './water/water-input.ts';

/** What is said of the devices that are no electricity meters, and of their groups, before the lists of the tenant are known. */
export interface OtherKinds extends OtherAnswers {
  /** By lot, of water meters. */
  readonly relativeDrifts: ReadonlyMap<string, RelativeDrift>;
}

export interface OtherKindsContext {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly zone: string;
  readonly fleet: FleetRecords;
  readonly asOf: AsOf;
  /** Last instant not flagged `future` per channel. */
  readonly lastInstants: ReadonlyMap<number, number>;
  readonly signal?: AbortSignal | undefined;
}

/** Estimates water meters and sensors, one kind after the other, in a thread of their own. */
export async function estimateOtherKinds(context: OtherKindsContext): Promise<OtherKinds> {
  const water = await estimateWater(context);
  context.signal?.throwIfAborted();
  const sensors = await estimateSensors(context);
  return { ...water, sensors };
}

async function estimateWater(context: OtherKindsContext): Promise<OtherKinds> {
  const input = await buildWaterInput(context);
  if (input === undefined) return { relativeDrifts: new Map() };
  const { lots, ...water } = await askKindThread({ kind: 'water', input }, context.signal);
  return { water, relativeDrifts: waterContrasts(lots) };
}

async function estimateSensors(context: OtherKindsContext): Promise<OtherKinds['sensors']> {
  const { pool, tenant, fleet, asOf } = context;
  const deviceIds = fleet.devices.flatMap(({ kind, deviceId }) =>
    kind === 'environment_sensor' ? [deviceId] : [],
  );
  if (deviceIds.length === 0 || asOf.latest === undefined) return undefined;
  const events = await readDeviceEvents(pool, tenant, {
    deviceIds,
    events: RESTART_EVENTS,
    untilUs: asOf.latest,
  });
  const input = await buildSensorInput({ ...context, events });
  if (input === undefined) return undefined;
  return askKindThread({ kind: 'sensors', input }, context.signal);
}
