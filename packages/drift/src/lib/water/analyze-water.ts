import type { DeviceResult } from '../fleet-types.ts';
import { type BesideTheMeter, checkWaterMeter } from '../water-meter/check-water-meter.ts';
import { learnWaterFleet, type WaterFleetContext } from '../water-meter/water-fleet-context.ts';
import { quietNeighbours } from '../water-meter/quiet-neighbours.ts';
import type { WaterMeterAnswer } from '../water-meter/water-meter-findings.ts';
import { districtResidual } from './district-residual.ts';
import { withoutStanding } from './standing-meters.ts';
import type { DistrictInput, WaterFleetInput, WaterFleetResult } from './water-types.ts';
import { analyzeWaterFleet } from './water-fleet.ts';

/** What a balance says where it says nothing of the meter itself. */
const SAYS_NOTHING: ReadonlySet<DeviceResult['indication']> = new Set([
  'no_reference',
  'not_resolvable',
  'insufficient_data',
]);

const QUANTITY = 'water_volume';

/** Everything that is said of the water meters of a tenant: by the balances of their districts, and by each meter itself. */
export function analyzeWater(input: WaterFleetInput): WaterFleetResult {
  const first = answersOf(input);
  const stopped = first.devices.filter(({ indication }) => indication === 'stopped');
  if (stopped.length === 0) return first;
  // What their homes draw since then would be taken for errors of the others.
  const again = answersOf(withoutStanding(input, stopped));
  const told = new Map(stopped.map((device) => [device.deviceId, device]));
  return { ...again, devices: again.devices.map((device) => told.get(device.deviceId) ?? device) };
}

function answersOf(input: WaterFleetInput): WaterFleetResult {
  const { devices, areas } = analyzeWaterFleet(input);
  const meters = new Map(input.meters.map((meter) => [meter.deviceId, meter]));
  const latestUs = Math.max(0, ...devices.map(({ asOfUs }) => asOfUs));
  const context = learnWaterFleet(input, latestUs);
  const placeOf = placesOf(input, context);
  return {
    areas,
    devices: devices.map((answer) => {
      const result = { ...answer, quantity: QUANTITY };
      const meter = meters.get(result.deviceId);
      const place = placeOf.get(result.deviceId);
      if (meter === undefined || (place !== undefined && place.role !== 'consumer')) return result;
      return withOwn(
        result,
        checkWaterMeter(meter, context, { asOfUs: result.asOfUs, ...place?.balance }),
      );
    }),
  };
}

interface Place {
  readonly role: 'supply' | 'supply_out' | 'consumer';
  readonly balance: Pick<BesideTheMeter, 'residual' | 'quietNeighbours'>;
}

/** Of each meter in a district; being a consumer goes before anything else that it may be. */
function placesOf(input: WaterFleetInput, context: WaterFleetContext): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const district of input.districts) {
    const balance = balanceOf(input, district, context);
    for (const { meter, role } of district.members) {
      const deviceId = input.meters[meter]?.deviceId;
      if (deviceId === undefined || places.get(deviceId)?.role === 'consumer') continue;
      places.set(deviceId, { role, balance });
    }
  }
  return places;
}

/** What the balance leaves over, and which of the homes in it stand still: what one of them takes may be missing instead of another's. */
function balanceOf(
  input: WaterFleetInput,
  district: DistrictInput,
  context: WaterFleetContext,
): Place['balance'] {
  const residual = districtResidual(input, district);
  if (residual === undefined) return {};
  const homes = district.members.flatMap(({ meter, role }) =>
    role === 'consumer' ? (input.meters[meter] ?? []) : [],
  );
  return { residual, quietNeighbours: quietNeighbours(homes, context, district.asOfUs) };
}

/** The answer of a balance with what the meter itself shows. Beside a fault of the meter no error is stated. */
function withOwn(result: DeviceResult, own: WaterMeterAnswer): DeviceResult {
  const evidence = [...result.evidence, ...own.evidence];
  if (own.overrides !== undefined) {
    const { deviceId, quantity, groupId, groupStatus, asOfUs, evidenceDays } = result;
    return {
      deviceId,
      asOfUs,
      ...(quantity === undefined ? {} : { quantity }),
      ...(groupId === undefined ? {} : { groupId }),
      ...(groupStatus === undefined ? {} : { groupStatus }),
      ...own.overrides,
      evidenceDays: Math.max(evidenceDays, own.evidenceDays),
      evidence,
      history: [],
    };
  }
  if (
    own.withoutReference !== undefined &&
    SAYS_NOTHING.has(result.indication) &&
    result.recommendation === 'none'
  )
    return { ...result, ...own.withoutReference, evidence };
  return { ...result, evidence };
}
