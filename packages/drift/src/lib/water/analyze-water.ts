import { type BesideTheMeter, checkWaterMeter } from '../water-meter/check-water-meter.ts';
import { learnWaterFleet, type WaterFleetContext } from '../water-meter/water-fleet-context.ts';
import { quietNeighbours } from '../water-meter/quiet-neighbours.ts';
import { withWaterCheck } from '../water-meter/water-meter-findings.ts';
import type { DeviceResult } from '../fleet-types.ts';
import { districtResidual } from './district-residual.ts';
import { withoutStanding } from './standing-meters.ts';
import type {
  DistrictInput,
  DistrictMember,
  WaterFleetInput,
  WaterFleetResult,
} from './water-types.ts';
import { analyzeWaterFleet } from './water-fleet.ts';

const QUANTITY = 'water_volume';

/** Everything that is said of the water meters of a tenant: by the balances of their districts, and by each meter itself. */
export function analyzeWater(input: WaterFleetInput): WaterFleetResult {
  const first = answersOf(input);
  const stopped = first.devices.filter(({ indication }) => indication === 'stopped');
  if (stopped.length === 0) return first;
  // What their homes draw since then would be taken for errors of the others.
  const again = answersOf(withoutStanding(input, stopped));
  const told = new Map(stopped.map((device) => [device.deviceId, device]));
  return {
    ...again,
    devices: again.devices.map((device) => {
      const before = told.get(device.deviceId);
      return before === undefined ? device : withGroupStatus(before, device);
    }),
  };
}

/** The row says of its district what the district's own row says. */
function withGroupStatus(
  { groupStatus: _before, ...told }: DeviceResult,
  { groupStatus }: DeviceResult,
): DeviceResult {
  return groupStatus === undefined ? told : { ...told, groupStatus };
}

function answersOf(input: WaterFleetInput): WaterFleetResult {
  const { devices, areas } = analyzeWaterFleet(input);
  const meters = new Map(input.meters.map((meter) => [meter.deviceId, meter]));
  const latestUs = devices.reduce((latest, { asOfUs }) => Math.max(latest, asOfUs), 0);
  const context = learnWaterFleet(input, latestUs);
  const placeOf = placesOf(input, context);
  return {
    areas,
    devices: devices.map((answer) => {
      const result = { ...answer, quantity: QUANTITY };
      const meter = meters.get(result.deviceId);
      const place = placeOf.get(result.deviceId);
      if (meter === undefined || (place !== undefined && place.role !== 'consumer')) return result;
      return withWaterCheck(
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

/** Of each meter that is in a district at its as-of; being a consumer goes before anything else that it may be. */
function placesOf(input: WaterFleetInput, context: WaterFleetContext): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const district of input.districts) {
    const balance = balanceOf(input, district, context);
    for (const { meter, role } of membersNow(district)) {
      const deviceId = input.meters[meter]?.deviceId;
      if (deviceId === undefined || places.get(deviceId)?.role === 'consumer') continue;
      places.set(deviceId, { role, balance });
    }
  }
  return places;
}

/** What was a member before, or will be one, is judged elsewhere. */
function membersNow({ members, asOfUs }: DistrictInput): DistrictMember[] {
  return members.filter(({ fromUs, toUs }) => fromUs <= asOfUs && asOfUs < toUs);
}

/** What the balance leaves over, and which of the homes in it stand still: what one of them takes may be missing instead of another's. */
function balanceOf(
  input: WaterFleetInput,
  district: DistrictInput,
  context: WaterFleetContext,
): Place['balance'] {
  const residual = districtResidual(input, district);
  if (residual === undefined) return {};
  const homes = membersNow(district).flatMap(({ meter, role }) =>
    role === 'consumer' ? (input.meters[meter] ?? []) : [],
  );
  return { residual, quietNeighbours: quietNeighbours(homes, context, district.asOfUs) };
}
