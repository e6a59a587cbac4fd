import { type BesideTheMeter, checkWaterMeter } from '../water-meter/check-water-meter.ts';
import { learnWaterFleet, type WaterFleetContext } from '../water-meter/water-fleet-context.ts';
import { quietNeighbours } from '../water-meter/quiet-neighbours.ts';
import { type WaterMeterAnswer, withWaterCheck } from '../water-meter/water-meter-findings.ts';
import type { DeviceResult } from '../fleet-types.ts';
import { tenantLists } from '../tenant-lists.ts';
import { districtResidual } from './district-residual.ts';
import { inPhase } from './read-phase.ts';
import { withoutStanding } from './standing-meters.ts';
import type {
  DistrictInput,
  DistrictMember,
  WaterFleetInput,
  WaterFleetResult,
} from './water-types.ts';
import {
  concludeWater,
  listedWaterMeters,
  type SaidOfWaterMeter,
  type WaterAnswers,
} from './conclude-water.ts';
import { answerWaterFleet } from './water-fleet.ts';

const QUANTITY = 'water_volume';

/** Everything that is said of the water meters of a tenant that has no other devices. */
export function analyzeWater(input: WaterFleetInput): WaterFleetResult {
  const answers = answerWater(input);
  return concludeWater(answers, tenantLists(listedWaterMeters(answers)));
}

/** What is said of the water meters of a tenant before its lists are known: by the balances of their districts, and by each meter itself. */
export function answerWater(input: WaterFleetInput): WaterAnswers {
  const first = checkedAnswers(input);
  const stopped = first.said.flatMap((one) =>
    'fixed' in one && one.fixed.indication === 'stopped' ? one.fixed : [],
  );
  if (stopped.length === 0) return first;
  // What their homes draw since then would be taken for errors of the others.
  const again = checkedAnswers(withoutStanding(input, stopped));
  const told = new Map(stopped.map((device) => [device.deviceId, device]));
  const said = again.said.map((one): SaidOfWaterMeter => {
    const now = 'fixed' in one ? one.fixed : one.estimated.result;
    const before = told.get(now.deviceId);
    if (before === undefined) return one;
    return { fixed: withGroupStatus(before, now) };
  });
  return { said, areas: again.areas };
}

/** The row says of its district what the district's own row says. */
function withGroupStatus(
  { groupStatus: _before, ...told }: DeviceResult,
  { groupStatus }: DeviceResult,
): DeviceResult {
  return groupStatus === undefined ? told : { ...told, groupStatus };
}

/** The answers of the balances with what each register says for itself. */
function checkedAnswers(input: WaterFleetInput): WaterAnswers {
  const { said, areas } = answerWaterFleet(input);
  const meters = new Map(input.meters.map((meter) => [meter.deviceId, meter]));
  const results = said.map((one) => ('fixed' in one ? one.fixed : one.estimated.result));
  const latestUs = results.reduce((latest, { asOfUs }) => Math.max(latest, asOfUs), 0);
  const context = learnWaterFleet(input, latestUs);
  const placeOf = placesOf(input, context);
  return {
    areas,
    said: said.map((one, index): SaidOfWaterMeter => {
      const { deviceId, asOfUs } = results[index] as DeviceResult;
      const meter = meters.get(deviceId);
      const place = placeOf.get(deviceId);
      if (meter === undefined || (place !== undefined && place.role !== 'consumer'))
        return withQuantity(one);
      const check = checkWaterMeter(meter, context, { asOfUs, ...place?.balance });
      return withCheck(withQuantity(one), check);
    }),
  };
}

function withQuantity(one: SaidOfWaterMeter): SaidOfWaterMeter {
  if ('fixed' in one) return { fixed: { ...one.fixed, quantity: QUANTITY } };
  const { estimated } = one;
  return { estimated: { ...estimated, result: { ...estimated.result, quantity: QUANTITY } } };
}

/** An answer with a fault of the meter is final. */
function withCheck(one: SaidOfWaterMeter, check: WaterMeterAnswer): SaidOfWaterMeter {
  if ('fixed' in one) return { fixed: withWaterCheck(one.fixed, check) };
  const { estimated } = one;
  if (check.overrides !== undefined) return { fixed: withWaterCheck(estimated.result, check) };
  const evidence = [...estimated.result.evidence, ...check.evidence];
  return {
    estimated: { ...estimated, result: { ...estimated.result, evidence } },
    ...(check.withoutReference === undefined ? {} : { unlessClaimed: check.withoutReference }),
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
  const residual = districtResidual(inPhase(input, district), district);
  if (residual === undefined) return {};
  const homes = membersNow(district).flatMap(({ meter, role }) =>
    role === 'consumer' ? (input.meters[meter] ?? []) : [],
  );
  return { residual, quietNeighbours: quietNeighbours(homes, context, district.asOfUs) };
}
