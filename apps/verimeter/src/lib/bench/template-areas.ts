import {
  EM_ROUNDS,
  type FleetInput,
  type FleetPrior,
  type FrozenArea,
  NO_FLEET,
  nextPrior,
  openPart,
} from '@verimeter/drift';
import { lotKey } from '@verimeter/metrology';
import { findCell } from '../evaluate/cells.ts';
import { planFleet } from '../evaluate/fleet-plan.ts';
import { simulateFleet } from '../evaluate/trial-fleet.ts';

/** Days of the full analysis before the night. */
const DAYS = 30;
const DAY_US = 86_400e6;
const STEP_US = 900e6;
const PER_DAY = DAY_US / STEP_US;
/** Readings from a quarter of a day before the night on: the night's context. */
const CONTEXT = PER_DAY / 4;

/** Simulated areas, frozen by a full analysis, with the readings of the night after it; the bench has many copies of each. */
export interface Templates {
  readonly frozen: readonly FrozenArea[];
  readonly prior: FleetPrior;
  readonly meters: readonly TemplateMeter[];
  readonly firstUs: number;
  readonly asOfUs: number;
}

interface TemplateMeter {
  readonly template: number;
  /** What follows the area's name in its id. */
  readonly suffix: string;
  readonly role: 'supply' | 'consumer';
  readonly model: string;
  /** By quantity: one value per grid point of the night and its context. */
  readonly series: ReadonlyMap<string, Float64Array>;
}

export function makeTemplates(areas: number, onStep: (text: string) => void): Templates {
  const base = findCell('base');
  if (base === undefined) throw new Error('no cell base');
  const options = { ...base.options, areas, days: DAYS + 1 };
  const fleet = simulateFleet(planFleet(options, { seed: 1, fleet: 0 }, []), options, (done) =>
    onStep(`simulated ${done} of ${areas} areas`),
  );
  const whole = asRegistered(fleet.input);
  const before = upTo(whole, DAYS);
  const part = openPart(before, [...before.areas.keys()]);
  let prior = NO_FLEET;
  for (let round = 0; round < EM_ROUNDS; round++) {
    const judged = part.judge(round, prior);
    if (round < EM_ROUNDS - 1) prior = nextPrior(judged);
  }
  const frozen = part.freeze(part.answer(prior)).filter((area) => area !== undefined);
  if (frozen.length === 0) throw new Error('no simulated area can go on from night to night');
  onStep(`analysed ${areas} areas of ${DAYS} days`);
  const from = DAYS * PER_DAY - CONTEXT;
  const cut = (series: Float64Array): Float64Array => series.slice(from, (DAYS + 1) * PER_DAY + 1);
  return {
    frozen,
    prior,
    meters: frozen.flatMap(({ groupId }, template) =>
      (whole.areas.find((area) => area.groupId === groupId)?.members ?? []).flatMap(
        ({ meter, role }): TemplateMeter[] => {
          const series = whole.meters[meter];
          if (series === undefined) return [];
          return [
            {
              template,
              suffix: series.deviceId.slice(groupId.length),
              role: role === 'supply' ? 'supply' : 'consumer',
              model: series.lot.split('|')[2] ?? '',
              series: new Map([
                ['active_energy_import', cut(series.importRegister)],
                ...series.voltages.map((volts, k): [string, Float64Array] => [
                  `voltage_l${k + 1}`,
                  cut(volts),
                ]),
              ]),
            },
          ];
        },
      ),
    ),
    firstUs: whole.grid.startUs + from * STEP_US,
    asOfUs: whole.grid.startUs + (DAYS + 1) * DAY_US,
  };
}

/** As the registry would give it: members in the order of their ids, lots by what is registered of the devices. */
function asRegistered(input: FleetInput): FleetInput {
  const idOf = (meter: number): string => input.meters[meter]?.deviceId ?? '';
  return {
    ...input,
    meters: input.meters.map((meter) => ({ ...meter, lot: lotOf(meter.lot) })),
    areas: input.areas.map((area) => ({
      ...area,
      members: area.members.toSorted((a, b) => (idOf(a.meter) < idOf(b.meter) ? -1 : 1)),
    })),
  };
}

const lotOf = (model: string): string =>
  lotKey({ kind: 'electricity_meter', manufacturer: 'bench', model, accuracyClass: '1' });

function upTo(input: FleetInput, days: number): FleetInput {
  const count = days * PER_DAY + 1;
  const cut = (series: Float64Array): Float64Array => series.subarray(0, count);
  return {
    grid: { ...input.grid, count },
    meters: input.meters.map((meter) => ({
      ...meter,
      importRegister: cut(meter.importRegister),
      voltages: meter.voltages.map(cut),
    })),
    areas: input.areas.map((area) => ({
      ...area,
      asOfUs: input.grid.startUs + days * DAY_US,
    })),
  };
}

/** A copy of a frozen area under another name; device ids begin with that of their area. */
export function renamed(area: FrozenArea, groupId: string): FrozenArea {
  const of = (id: string): string => groupId + id.slice(area.groupId.length);
  const withDevice = <T extends { readonly deviceId: string }>(item: T): T => ({
    ...item,
    deviceId: of(item.deviceId),
  });
  const { misfiled, candidates, clockFaults } = area.prepared;
  return {
    ...area,
    groupId,
    membership: area.membership.replaceAll(area.groupId, groupId),
    excluded: area.excluded.map(of),
    joined: area.joined.map(of),
    consumers: area.consumers.map(of),
    prepared: {
      ...area.prepared,
      misfiled: misfiled.map(withDevice),
      candidates: candidates.map(withDevice),
      clockFaults: clockFaults.map(withDevice),
    },
    history: new Map([...area.history].map(([id, points]) => [of(id), points])),
    seen: new Map([...area.seen].map(([id, check]) => [of(id), check])),
  };
}
