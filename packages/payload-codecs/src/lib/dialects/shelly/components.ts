import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { PointTime } from '../../foreign/times.ts';

/** What a field of a component is; `inner`: the member of it that is meant, such as `total` of `aenergy`. */
type Field = readonly [name: string, quantity: string, unit: string, inner?: string];

/*
 * component          field                              unit   quantity
 * em                 total_act_power                    W      active_power, export negative (SH-06)
 *                    a_voltage, a_current (b, c)        V, A   voltage_l1..l3, current_l1..l3
 *                    a_freq (b, c)                      Hz     frequency, of the first phase that is on the grid
 * emdata             total_act, total_act_ret           Wh     active_energy_import, active_energy_export
 * em1                act_power, voltage, current, freq  …      active_power, voltage_l1, current_l1, frequency
 *                    pf                                 1      power_factor, unless the voltage is 0 (SH-05)
 * em1data            total_act_energy, …_ret_energy     Wh     active_energy_import, active_energy_export
 * switch, pm1, …     apower, voltage, current, freq, pf …      as em1
 *                    aenergy.total, ret_aenergy.total   Wh     active_energy_import, active_energy_export
 * temperature        tC                                 Cel    temperature
 * humidity           rh                                 %      humidity
 * devicepower        battery.percent                    %      battery
 * wifi               rssi                               dBm    rssi
 * flood              alarm                              true   event leak
 */
const ONE_PHASE: readonly Field[] = [
  ['voltage', 'voltage_l1', 'V'],
  ['current', 'current_l1', 'A'],
  ['freq', 'frequency', 'Hz'],
  ['pf', 'power_factor', '1'],
];
const EM1: readonly Field[] = [['act_power', 'active_power', 'W'], ...ONE_PHASE];
const EM1_DATA: readonly Field[] = [
  ['total_act_energy', 'active_energy_import', 'Wh'],
  ['total_act_ret_energy', 'active_energy_export', 'Wh'],
];
const LOAD: readonly Field[] = [
  ['apower', 'active_power', 'W'],
  ...ONE_PHASE,
  ['aenergy', 'active_energy_import', 'Wh', 'total'],
  ['ret_aenergy', 'active_energy_export', 'Wh', 'total'],
];
const EM: readonly Field[] = [
  ['total_act_power', 'active_power', 'W'],
  ['a_voltage', 'voltage_l1', 'V'],
  ['b_voltage', 'voltage_l2', 'V'],
  ['c_voltage', 'voltage_l3', 'V'],
  ['a_current', 'current_l1', 'A'],
  ['b_current', 'current_l2', 'A'],
  ['c_current', 'current_l3', 'A'],
];
const EM_DATA: readonly Field[] = [
  ['total_act', 'active_energy_import', 'Wh'],
  ['total_act_ret', 'active_energy_export', 'Wh'],
];

export interface Component {
  readonly fields: readonly Field[];
  /**
   * Which of them are channels: all by their number; those above 0, which are further sensors; none.
   */
  readonly channels: 'all' | 'further' | 'none';
}

const load: Component = { fields: LOAD, channels: 'all' };
const sensor = (field: Field): Component => ({ fields: [field], channels: 'further' });

export const COMPONENTS: Readonly<Record<string, Component>> = {
  em: { fields: EM, channels: 'further' },
  emdata: { fields: EM_DATA, channels: 'further' },
  em1: { fields: EM1, channels: 'all' },
  em1data: { fields: EM1_DATA, channels: 'all' },
  switch: load,
  pm1: load,
  cover: load,
  light: load,
  rgb: load,
  rgbw: load,
  cct: load,
  temperature: sensor(['tC', 'temperature', 'Cel']),
  humidity: sensor(['rh', 'humidity', '%']),
  devicepower: sensor(['battery', 'battery', '%', 'percent']),
  flood: { fields: [], channels: 'further' },
  wifi: { fields: [['rssi', 'rssi', 'dBm']], channels: 'none' },
};

/** The readings of a component: of its fields those that it has (SH-01). */
export function readComponent(
  name: string,
  component: JsonObject,
  { fields }: Component,
  device: DeviceFindings,
  time: PointTime,
): void {
  // SH-05: without voltage there is no factor
  const isDead = numberOf(member(component, 'voltage')) === 0;
  for (const [field, quantity, unit, inner] of fields) {
    let raw = member(component, field);
    if (inner !== undefined) raw = isObject(raw) ? member(raw, inner) : undefined;
    if (raw === undefined || (isDead && quantity === 'power_factor')) continue;
    const label = inner === undefined ? field : `${field}.${inner}`;
    device.point(quantity, raw, unit, time, `${name}.${label}`);
  }
}

/** Frequency and voltage of a phase. */
export interface Phase {
  readonly hertz: JsonValue | undefined;
  readonly volts: JsonValue | undefined;
  readonly field: string;
}

export const phasesOfEm = (name: string, em: JsonObject): Phase[] =>
  ['a', 'b', 'c'].map((phase) => ({
    hertz: member(em, `${phase}_freq`),
    volts: member(em, `${phase}_voltage`),
    field: `${name}.${phase}_freq`,
  }));

const MAINS_HZ = [45, 65] as const;

/** SH-05: the frequency of the first phase that is on the grid; one without voltage shows another. */
export function readFrequency(
  phases: readonly Phase[],
  device: DeviceFindings,
  time: PointTime,
): void {
  for (const { hertz, volts, field } of phases) {
    const value = numberOf(hertz);
    if (value === undefined || numberOf(volts) === 0) continue;
    if (value < MAINS_HZ[0] || value > MAINS_HZ[1]) continue;
    device.point('frequency', value, 'Hz', time, field);
    return;
  }
}
