import {
  checkDevice,
  checkZeroRun,
  type DeviceCheck,
  type DeviceSeries,
  type GroupVoltage,
  type PerPhase,
} from '@verimeter/drift';
import {
  type DeviceReadings,
  readDevice,
  simulateTrialArea,
  type TrialArea,
} from '@verimeter/simulator';
import { median, robustDeviation } from '@verimeter/statistics';
import { type DeviceCell, FAULT_DAY } from './device-cells.ts';

const PER_DAY = 96;
const STEP_US = 900e6;
const WINDOW_DAYS = 28;
const METERS = 40;
const HEALTHY_DAYS = 84;
/** 03:00 in the city. */
const QUIET_POINT = 80;

/** What became of one cell in one area. */
export interface DeviceRecord {
  readonly cell: string;
  readonly area: number;
  readonly meters: number;
  /** Meters for which the check of the cell could tell anything at the end. */
  readonly resolvable: number;
  /** Days from the fault to the first look that found it, of those found. */
  readonly delays: readonly number[];
  /** Size that was stated at the first find, of those found. */
  readonly sizes: readonly number[];
  /** Days looked at without a fault. */
  readonly healthyDays: number;
  /** Meters in order that some check contradicted in any look, by check. */
  readonly falseAlarms: Readonly<Partial<Record<DeviceCheck, number>>>;
}

/** Runs cells over one simulated area: looks every day at the last four weeks. */
export function judgeDeviceArea(
  options: { readonly seed: number; readonly area: number; readonly cells: readonly DeviceCell[] },
  onCell: () => void,
): DeviceRecord[] {
  const areas = new Map<string, TrialArea>();
  return options.cells.map((cell) => {
    const kind = cell.roofs ? 'roofs' : cell.phases === 3 ? 'three-phase' : 'usual';
    const area = areas.get(kind) ?? simulate(options.seed, options.area, kind);
    areas.set(kind, area);
    const record = judgeCell(cell, area, options);
    onCell();
    return record;
  });
}

function simulate(seed: number, area: number, kind: 'usual' | 'roofs' | 'three-phase'): TrialArea {
  return simulateTrialArea({
    seed,
    area,
    days: HEALTHY_DAYS,
    meters: METERS,
    loads: { kind: 'built-in' },
    targetLoss: 0.02,
    clockSd: 0,
    voltages: 'instantaneous',
    voltageResolution: 0.1,
    consumerQuantum: 0.001,
    singlePhaseFeeders: false,
    gapRate: 0,
    healthySd: 0.003,
    lots: [{ name: 'lot', meanError: 0 }],
    supplySd: 0.002,
    drift: { kind: 'list', faults: new Map() },
    electrical: true,
    ...(kind === 'roofs' ? { pvShare: 0.33 } : {}),
    threePhase: kind === 'three-phase',
  });
}

function judgeCell(
  cell: DeviceCell,
  area: TrialArea,
  { seed, area: number }: { readonly seed: number; readonly area: number },
): DeviceRecord {
  const flows = area.simulation.customers.flatMap((flow, index) =>
    cell.phases === undefined || flow.voltages.length === cell.phases ? [{ flow, index }] : [],
  );
  const read = (withFault: boolean): DeviceReadings[] =>
    flows.map(({ flow, index }) =>
      readDevice(flow, {
        keys: [seed, number, index],
        samples: cell.samples,
        ampereStep: cell.ampereStep,
        missing: cell.missing,
        skewed: cell.skewed,
        fault:
          withFault && cell.fault !== undefined
            ? { ...cell.fault, sinceDay: FAULT_DAY }
            : undefined,
      }),
    );
  const readings = read(true);
  const others = cell.check === 'group_voltage' ? read(false) : readings;
  const delays: number[] = [];
  const sizes: number[] = [];
  const falseAlarms: Partial<Record<DeviceCheck, number>> = {};
  let resolvable = 0;
  let healthyDays = 0;
  readings.forEach((own, index) => {
    const alarmed = new Set<DeviceCheck>();
    const until = cell.check === undefined ? HEALTHY_DAYS : 2 * FAULT_DAY;
    for (let day = WINDOW_DAYS; day <= until; day += 1) {
      const isHealthy = cell.check === undefined || day <= FAULT_DAY;
      const group = groupVoltage(own, others, index, day);
      const outcomes = look(cell, own, day, group);
      if (isHealthy) {
        healthyDays += 1;
        for (const { check, state } of outcomes) if (state === 'inconsistent') alarmed.add(check);
        continue;
      }
      const mine = outcomes.find(({ check }) => check === cell.check);
      if (mine?.state === 'inconsistent') {
        delays.push(day - FAULT_DAY);
        sizes.push(mine.size);
        resolvable += 1;
        break;
      }
      if (day === until && mine?.state === 'consistent') resolvable += 1;
    }
    for (const check of alarmed) falseAlarms[check] = (falseAlarms[check] ?? 0) + 1;
  });
  return {
    cell: cell.name,
    area: number,
    meters: readings.length,
    resolvable,
    delays,
    sizes,
    healthyDays,
    falseAlarms,
  };
}

function look(
  cell: DeviceCell,
  own: DeviceReadings,
  day: number,
  group: GroupVoltage | undefined,
): ReturnType<typeof checkDevice>['outcomes'] {
  const first = (day - WINDOW_DAYS) * PER_DAY;
  const count = WINDOW_DAYS * PER_DAY + 1;
  const series = (quantity: string): Float64Array | undefined =>
    cell.without?.includes(quantity) === true
      ? undefined
      : own[quantity]?.subarray(first, first + count);
  const perPhase = (name: string): PerPhase => [
    series(`${name}_l1`),
    series(`${name}_l2`),
    series(`${name}_l3`),
  ];
  const device: DeviceSeries = {
    deviceId: 'device',
    grid: { startUs: first * STEP_US, stepUs: STEP_US, count },
    importRegister: series('active_energy_import'),
    exportRegister: series('active_energy_export'),
    activePower: series('active_power'),
    powerFactor: series('power_factor'),
    voltages: perPhase('voltage'),
    currents: perPhase('current'),
    neutralCurrent: series('current_n'),
    groupVoltage: group,
  };
  const asOfUs = day * PER_DAY * STEP_US;
  const history = own['active_energy_import']?.subarray(0, day * PER_DAY + 1);
  const rest = checkZeroRun(
    { grid: { startUs: 0, stepUs: STEP_US, count: history?.length ?? 0 }, importRegister: history },
    { asOfUs },
  );
  return [...checkDevice(device, [], asOfUs).outcomes, rest];
}

/** At the quiet hour of the last eight days, against the other customers. */
function groupVoltage(
  own: DeviceReadings,
  others: readonly DeviceReadings[],
  index: number,
  day: number,
): GroupVoltage {
  const days = Array.from({ length: 8 }, (_, k) => (day - 8 + k) * PER_DAY + QUIET_POINT);
  const rows = days.map((k) =>
    others.flatMap((other, row) => {
      const volts = other['voltage_l1']?.[k] ?? Number.NaN;
      return row === index || Number.isNaN(volts) ? [] : volts;
    }),
  );
  return {
    own: Float64Array.from(days, (k) => own['voltage_l1']?.[k] ?? Number.NaN),
    median: Float64Array.from(rows, (row) => median(row)),
    spread: Float64Array.from(rows, (row) => robustDeviation(row)),
  };
}
