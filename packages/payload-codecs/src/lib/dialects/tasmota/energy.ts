import { type JsonObject, type JsonValue } from '../../json.ts';
import { decimalSum } from '../../foreign/decimals.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import type { PointTime } from '../../foreign/times.ts';

/*
 * Each field is a number or, on its own, an array over phases or loads (TE-01, TE-02): what the source setting `phases` says, without it an
 * array of three is that of a three-phase meter, of which there are many, and any other one of loads.
 *
 * field                                  unit      quantity                     array of phases   array of loads
 * Total, ImportActive (TE-04)            kWh       active_energy_import         sum               channel by index
 * ExportActive                           kWh       active_energy_export         sum               channel by index
 * ImportReactive, ExportReactive         kvarh     reactive_energy_…            sum               channel by index
 * Power                                  W         active_power                 sum               channel by index
 * Voltage, Current                       V, A      voltage_l1, current_l1       l1..l3            channel by index
 * Frequency                              Hz        frequency                    first on the grid channel by index
 * Factor                                 1         power_factor                 none              channel by index
 */

type Phases = 'sum' | 'each' | 'first' | 'none';

interface Field {
  readonly quantity: string;
  readonly unit: string;
  readonly phases: Phases;
  readonly path: string;
  /** Paths of the loads in an array, made once: with every value they would show in the profile. */
  readonly loadPaths: readonly string[];
}

/** Channels of loads by index; Tasmota knows eight loads, and a longer array is none of its. */
const LOADS = Array.from({ length: 16 }, (_, index) => String(index + 1));

function field(name: string, quantity: string, unit: string, phases: Phases): [string, Field] {
  const path = `ENERGY.${name}`;
  return [
    name,
    { quantity, unit, phases, path, loadPaths: LOADS.map((_, index) => `${path}[${index}]`) },
  ];
}

const FIELDS: ReadonlyMap<string, Field> = new Map([
  field('Total', 'active_energy_import', 'kWh', 'sum'),
  field('ImportActive', 'active_energy_import', 'kWh', 'sum'),
  field('ExportActive', 'active_energy_export', 'kWh', 'sum'),
  field('ImportReactive', 'reactive_energy_import', 'kvarh', 'sum'),
  field('ExportReactive', 'reactive_energy_export', 'kvarh', 'sum'),
  field('Power', 'active_power', 'W', 'sum'),
  field('Voltage', 'voltage_l1', 'V', 'each'),
  field('Current', 'current_l1', 'A', 'each'),
  field('Frequency', 'frequency', 'Hz', 'first'),
  field('Factor', 'power_factor', '1', 'none'),
]);
/** Fields that are no readings: not worth a mention as unknown. */
const KNOWN = new Set([
  'Time',
  'TotalStartTime',
  'TotalTariff',
  'Today',
  'Yesterday',
  'Period',
  'ApparentPower',
  'ReactivePower',
  'CurrentNeutral',
  'Load',
]);
const PHASE_NAMES: Readonly<Record<string, readonly string[]>> = {
  voltage_l1: ['voltage_l1', 'voltage_l2', 'voltage_l3'],
  current_l1: ['current_l1', 'current_l2', 'current_l3'],
};
const MAINS_HZ = [45, 65] as const;

/** The devices of the loads of one message by index, as far as it has told of them. */
type Loads = (DeviceFindings | undefined)[];

/** What the energy object says of the device `id`. */
export function readEnergy(
  energy: JsonObject,
  id: string,
  findings: MessageFindings,
  time: PointTime,
): void {
  const loads: Loads = [];
  for (const key of Object.keys(energy)) {
    const known = FIELDS.get(key);
    if (known === undefined) {
      if (!KNOWN.has(key)) findings.ignore(`ENERGY.${key}`);
    } else if (key !== 'Total' || isImport(energy))
      readField(known, energy[key], id, loads, findings, time);
  }
}

/** TE-04: Total runs backwards where energy is exported, and is not needed where import is counted by itself. */
const isImport = (energy: JsonObject): boolean =>
  !Object.hasOwn(energy, 'ImportActive') && !Object.hasOwn(energy, 'ExportActive');

function readField(
  known: Field,
  raw: JsonValue | undefined,
  id: string,
  loads: Loads,
  findings: MessageFindings,
  time: PointTime,
): void {
  const { quantity, unit, path } = known;
  if (!Array.isArray(raw)) findings.device(id)?.point(quantity, raw, unit, time, path);
  else if (raw.length > LOADS.length) {
    const message = `an array of ${raw.length} values; at most ${LOADS.length} loads are known`;
    findings.reject('wrong_type', path, message);
  } else if (isOfPhases(raw, findings.settings)) {
    const device = findings.device(id);
    if (device !== undefined) readPhases(device, known, raw, time);
  } else
    for (let index = 0; index < raw.length; index += 1) {
      const load = (loads[index] ??= findings.device(id, LOADS[index]));
      load?.point(quantity, raw[index], unit, time, known.loadPaths[index] ?? path);
    }
}

/** Whether the elements of an array are the phases of one meter, else they are loads of their own. */
export const isOfPhases = (values: readonly JsonValue[], { phases }: SourceSettings): boolean =>
  phases === undefined ? values.length === 3 : phases === 3;

function readPhases(
  device: DeviceFindings,
  { quantity, unit, phases, path }: Field,
  values: readonly JsonValue[],
  time: PointTime,
): void {
  if (phases === 'sum') device.point(quantity, sumOf(values), unit, time, path);
  else if (phases === 'first') {
    let live: JsonValue | undefined;
    for (const value of values) {
      const hertz = numberOf(value) ?? 0;
      if (live === undefined && hertz >= MAINS_HZ[0] && hertz <= MAINS_HZ[1]) live = value;
    }
    device.point(quantity, live, unit, time, path);
  } else if (phases === 'each') {
    const names = PHASE_NAMES[quantity] ?? [];
    for (const [index, name] of names.entries())
      if (index < values.length) device.point(name, values[index], unit, time, path);
  } else device.hasMissing = true;
}

/** The sum of the phases, or the one that is no number: without it the sum would be a smaller one. */
function sumOf(values: readonly JsonValue[]): JsonValue | undefined {
  const numbers: number[] = [];
  for (const value of values) {
    const number = numberOf(value);
    if (number === undefined) return value;
    numbers.push(number);
  }
  return numbers.length === 0 ? undefined : decimalSum(numbers);
}
