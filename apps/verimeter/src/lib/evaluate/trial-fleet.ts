import type { AreaInput, AreaMember, FleetInput, MeterSeries } from '@verimeter/drift';
import { simulateTrialArea, type TrialArea, type TrialMeter } from '@verimeter/simulator';
import { CLASS_LIMITS, SUPPLY_LIMITS } from './class-limit.ts';
import type { FleetPlan } from './fleet-plan.ts';
import { movedMeter } from './moved-meter.ts';
import type { AreaTrouble } from './trouble-plan.ts';

const STEP_US = 900e6;

/** What an estimator is given, and beside it what only the simulator knows. */
export interface TrialFleet {
  readonly input: FleetInput;
  /** The same with the true loss of every area. */
  readonly oracle: FleetInput;
  readonly meters: readonly { readonly area: number; readonly meter: TrialMeter }[];
  readonly areas: readonly { readonly loss: number; readonly supplyError: number }[];
  readonly guests: readonly FleetGuest[];
  readonly troubles: readonly AreaTrouble[];
}

interface FleetGuest {
  readonly deviceId: string;
  readonly fedBy: string;
  readonly listedIn: string | undefined;
}

export const groupIdOf = (area: number): string => `E-A${String(area + 1).padStart(4, '0')}`;

/** Simulates the areas of a plan and lists their meters as the archive would. */
export function simulateFleet(
  plan: FleetPlan,
  archive: { readonly feederRecords: boolean },
  onArea: (done: number) => void = () => undefined,
): TrialFleet {
  const simulated = plan.areas.map((options, index) => {
    const area = withoutPower(simulateTrialArea(options));
    onArea(index + 1);
    return area;
  });
  const areas = simulated.map((area, number) => withMoves(plan, simulated, area, number));
  const meters: MeterSeries[] = [];
  const index = new Map<string, number>();
  for (const { supply, consumers } of areas)
    for (const meter of [...consumers, supply]) {
      index.set(meter.deviceId, meters.length);
      meters.push({
        deviceId: meter.deviceId,
        lot: meter.lot,
        ...(meter === supply ? SUPPLY_LIMITS : CLASS_LIMITS),
        importRegister: meter.register,
        ...(meter.exportRegister === undefined ? {} : { exportRegister: meter.exportRegister }),
        voltages: meter.voltages,
      });
    }
  const guests = plan.guests.map(({ fedBy, listedIn }): FleetGuest & { to?: number } => {
    const options = plan.areas[fedBy];
    const guest = areas[fedBy]?.consumers[options?.meters ?? -1];
    if (guest === undefined) throw new RangeError('a guest that was not simulated');
    return {
      deviceId: guest.deviceId,
      fedBy: groupIdOf(fedBy),
      listedIn: listedIn === undefined ? undefined : groupIdOf(listedIn),
    };
  });
  const startUs = (areas[0]?.startMs ?? 0) * 1000;
  const count = areas[0]?.lossKwh.length ?? 0;
  const member = (deviceId: string, role: AreaMember['role'], feeder?: string): AreaMember => ({
    meter: index.get(deviceId) ?? -1,
    role,
    fromUs: -Infinity,
    toUs: Infinity,
    ...(feeder !== undefined && archive.feederRecords ? { feeder } : {}),
  });
  const inputs = areas.map((area, number): AreaInput => {
    const listed = area.consumers.slice(0, plan.areas[number]?.meters);
    return {
      groupId: groupIdOf(number),
      asOfUs: startUs + (count - 1) * STEP_US,
      members: [
        ...listed.map((meter) => member(meter.deviceId, 'consumer', `F${meter.feeder}`)),
        ...guests
          .filter(({ listedIn }) => listedIn === groupIdOf(number))
          .map(({ deviceId }) => member(deviceId, 'consumer', 'F1')),
        member(area.supply.deviceId, 'supply'),
      ],
    };
  });
  const input = { grid: { startUs, stepUs: STEP_US, count }, meters, areas: inputs };
  return {
    input,
    oracle: {
      ...input,
      areas: inputs.map((area, number) => ({
        ...area,
        knownLoss: areas[number]?.lossKwh ?? new Float64Array(count),
      })),
    },
    meters: areas.flatMap((area, number) =>
      area.consumers.slice(0, plan.areas[number]?.meters).map((meter) => ({ area: number, meter })),
    ),
    areas: areas.map(({ lossKwh, simulation, supply }) => ({
      loss: sum(lossKwh) / sum(simulation.bus.energy),
      supplyError: supply.baseError,
    })),
    guests,
    troubles: plan.troubles,
  };
}

/**
 * Customers that change their transformer have one meter, which reads on: their readings in the area that feeds them later are put
 * behind those before the move. There they are no meters of their own, nor is a customer whose meter does not report.
 */
function withMoves(
  plan: FleetPlan,
  areas: readonly TrialArea[],
  area: TrialArea,
  number: number,
): TrialArea {
  const leaving = plan.troubles.find((t) => t.area === number && t.toArea !== undefined);
  const guests = plan.guests.filter(({ fedBy }) => fedBy === number).length;
  const listed = (plan.areas[number]?.meters ?? 0) + guests;
  return {
    ...area,
    consumers: area.consumers.slice(0, listed).map((meter, index) => {
      const k = leaving?.meters.indexOf(index) ?? -1;
      const arrived =
        leaving?.toArea === undefined || k < 0
          ? undefined
          : areas[leaving.toArea]?.consumers[(plan.areas[leaving.toArea]?.meters ?? 0) + k];
      return arrived === undefined ? meter : movedMeter(meter, arrived, leaving?.day ?? 0);
    }),
  };
}

/** Only the bus is needed later: the flows of 60 customers would fill the memory of a worker. */
function withoutPower(area: TrialArea): TrialArea {
  return { ...area, simulation: { ...area.simulation, customers: [] } };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
