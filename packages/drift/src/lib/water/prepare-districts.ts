import type { FleetInput } from '../fleet-types.ts';
import { orRefused, type Refused } from '../or-refused.ts';
import { type AskingDistrict, shortlists } from './candidate-screen.ts';
import { type PreparedDistrict, prepareDistrict } from './district-analysis.ts';
import { withTopology } from './topology-change.ts';
import { inPhase, viewInPhase } from './read-phase.ts';
import type { DistrictInput, WaterFleetInput } from './water-types.ts';

/** Districts whose balances are in memory at a time: some 2 MB each. */
const DISTRICTS_AT_A_TIME = 64;

/** All districts behind their gates, so many at a time: the meters of the fleet are compared with all of these at once. */
export function prepareDistricts(input: WaterFleetInput, view: FleetInput): PreparedDistrict[] {
  const supplies = new Set(
    input.districts.flatMap(({ members }) =>
      members.filter(({ role }) => role !== 'consumer').map(({ meter }) => meter),
    ),
  );
  const strangers = [...input.meters.keys()].filter((meter) => !supplies.has(meter));
  const prepared: PreparedDistrict[] = [];
  for (let next = 0; next < input.districts.length; next += DISTRICTS_AT_A_TIME)
    prepared.push(
      ...prepareTogether(
        input,
        view,
        input.districts.slice(next, next + DISTRICTS_AT_A_TIME),
        strangers,
      ),
    );
  return withTopology(input, prepared, ({ district }, since) => {
    const own = districtSince(input, view, district, since);
    const [again] = prepareTogether(own.input, own.view, [own.district], strangers);
    if (again === undefined) throw new TypeError('a district was not prepared');
    return again;
  });
}

interface DistrictInFleet {
  readonly input: WaterFleetInput;
  readonly view: FleetInput;
  readonly district: DistrictInput;
}

/** A district as if its supply had not been read, and nobody been a member, before a grid point. */
function districtSince(
  input: WaterFleetInput,
  view: FleetInput,
  district: DistrictInput,
  since: number,
): DistrictInFleet {
  const { startUs, stepUs } = input.grid;
  const sinceUs = startUs + since * stepUs + (district.phaseUs ?? 0);
  const known = (register: Float64Array): Float64Array =>
    register.slice().fill(Number.NaN, 0, since);
  const supplies = new Set(
    district.members.flatMap(({ meter, role }) => (role === 'consumer' ? [] : [meter])),
  );
  return {
    input: {
      ...input,
      meters: input.meters.map((series, meter) =>
        supplies.has(meter) ? { ...series, register: known(series.register) } : series,
      ),
    },
    view: {
      ...view,
      meters: view.meters.map((series, meter) =>
        supplies.has(meter) ? { ...series, importRegister: known(series.importRegister) } : series,
      ),
    },
    district: {
      ...district,
      members: district.members.flatMap((member) =>
        member.toUs > sinceUs ? [{ ...member, fromUs: Math.max(member.fromUs, sinceUs) }] : [],
      ),
    },
  };
}

function prepareTogether(
  input: WaterFleetInput,
  view: FleetInput,
  districts: readonly DistrictInput[],
  strangers: readonly number[],
): PreparedDistrict[] {
  const asking: (AskingDistrict & { readonly index: number })[] = [];
  const looks = districts.map((district, index) => {
    const { phaseUs = 0 } = district;
    const gates = prepareDistrict(
      inPhase(input, district),
      viewInPhase(view, input, district),
      district,
    );
    const step = orRefused(() => gates.next());
    if ('refused' in step) return refusedDistrict(district, step);
    if (step.done === true) return step.value;
    const members = new Set(district.members.map(({ meter }) => meter));
    asking.push({ index, evidence: step.value, phaseUs, members });
    return gates;
  });
  const lists = new Map(
    shortlists(input, view, strangers, asking).map((list, k) => [asking[k]?.index, list]),
  );
  return looks.map((look, index) => {
    if (!('next' in look)) return look;
    const step = orRefused(() => look.next(lists.get(index) ?? []));
    const district = districts[index] as DistrictInput;
    if ('refused' in step) return refusedDistrict(district, step);
    if (step.done !== true) throw new TypeError('a district asks for strangers once');
    return step.value;
  });
}

/** A district whose numbers defy the model; what was found of it before stands. */
export function refusedDistrict(
  district: DistrictInput,
  { refused }: Refused,
  before?: PreparedDistrict,
): PreparedDistrict {
  return {
    misfiled: [],
    candidates: [],
    clockFaults: new Map(),
    leftOut: [],
    ...before,
    district,
    status: 'incomplete',
    evidence: undefined,
    items: [{ code: 'not_estimable', values: { reason: refused } }],
    tooShort: false,
  };
}
