import type { DeviceResult } from '../fleet-types.ts';
import { checkWaterMeter } from '../water-meter/check-water-meter.ts';
import { learnWaterFleet, type WaterFleetContext } from '../water-meter/water-fleet-context.ts';
import type { WaterMeterAnswer } from '../water-meter/water-meter-findings.ts';
import { districtResidual } from './district-residual.ts';
import type { WaterFleetInput, WaterFleetResult, WaterMeterSeries } from './water-types.ts';
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
  const { devices, areas } = analyzeWaterFleet(input);
  const meters = new Map(input.meters.map((meter) => [meter.deviceId, meter]));
  const placeOf = placesOf(input);
  const latestUs = Math.max(0, ...devices.map(({ asOfUs }) => asOfUs));
  const context = learnWaterFleet(input, latestUs);
  return {
    areas,
    devices: devices.map((answer) => {
      const result = { ...answer, quantity: QUANTITY };
      const meter = meters.get(result.deviceId);
      const place = placeOf.get(result.deviceId);
      if (meter === undefined || (place !== undefined && place.role !== 'consumer')) return result;
      return withOwn(result, ownAnswer(meter, result, { context, residual: place?.residual }));
    }),
  };
}

interface Place {
  readonly role: 'supply' | 'supply_out' | 'consumer';
  readonly residual: Float64Array | undefined;
}

/** Of each meter in a district; being a consumer goes before anything else that it may be. */
function placesOf(input: WaterFleetInput): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const district of input.districts) {
    const residual = districtResidual(input, district);
    for (const { meter, role } of district.members) {
      const deviceId = input.meters[meter]?.deviceId;
      if (deviceId === undefined || places.get(deviceId)?.role === 'consumer') continue;
      places.set(deviceId, { role, residual });
    }
  }
  return places;
}

function ownAnswer(
  meter: WaterMeterSeries,
  { asOfUs }: DeviceResult,
  known: { readonly context: WaterFleetContext; readonly residual: Float64Array | undefined },
): WaterMeterAnswer {
  const { context, residual } = known;
  return checkWaterMeter(meter, context, {
    asOfUs,
    ...(residual === undefined ? {} : { residual }),
  });
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
