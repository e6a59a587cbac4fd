import { compareText } from '../compare-text.ts';
import type { DeviceResult } from '../fleet-types.ts';
import type { TenantLists } from '../tenant-lists.ts';
import { decideSensor, type EstimatedSensor } from './sensor-decision.ts';
import type { SensorFleetResult } from './sensor-types.ts';

/** What is said of a quantity of a sensor: in full, or but for what the lists of the tenant decide. */
export type SaidOfSensor =
  | { readonly fixed: DeviceResult }
  | { readonly estimated: EstimatedSensor };

/** Everything that is said of the sensors of a tenant before its lists are known. Can be sent between threads. */
export interface SensorAnswers extends Omit<SensorFleetResult, 'devices'> {
  readonly said: readonly SaidOfSensor[];
}

/** What sensors bring to the lists of their tenant: quantities that have neighbours to be compared with. */
export function listedSensors({ said }: SensorAnswers): DeviceResult[] {
  return said.flatMap((one) =>
    'estimated' in one && one.estimated.resolvable ? one.estimated.result : [],
  );
}

/** What is said of every quantity of every sensor once the lists are known, by device and quantity. */
export function concludeSensors(
  { said, networks, corrections }: SensorAnswers,
  lists: TenantLists,
): SensorFleetResult {
  return {
    networks,
    corrections,
    devices: said
      .map((one) => ('fixed' in one ? one.fixed : decideSensor(one.estimated, lists)))
      .toSorted(byDevice),
  };
}

function byDevice(a: DeviceResult, b: DeviceResult): number {
  return compareText(a.deviceId, b.deviceId) || compareText(a.quantity ?? '', b.quantity ?? '');
}
