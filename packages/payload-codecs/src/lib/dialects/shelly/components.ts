import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import { remembered } from '../../foreign/remember.ts';
import type { PointTime } from '../../foreign/times.ts';

/** What a field of a component is. */
interface Field {
  readonly name: string;
  readonly quantity: string;
  readonly unit: string;
  /** The member of it that is meant, such as `total` of `aenergy`. */
  readonly inner: string | undefined;
}
const tells = (name: string, quantity: string, unit: string, inner?: string): Field => ({
  name,
  quantity,
  unit,
  inner,
});

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
  tells('voltage', 'voltage_l1', 'V'),
  tells('current', 'current_l1', 'A'),
  tells('freq', 'frequency', 'Hz'),
  tells('pf', 'power_factor', '1'),
];
const EM1: readonly Field[] = [tells('act_power', 'active_power', 'W'), ...ONE_PHASE];
const EM1_DATA: readonly Field[] = [
  tells('total_act_energy', 'active_energy_import', 'Wh'),
  tells('total_act_ret_energy', 'active_energy_export', 'Wh'),
];
const LOAD: readonly Field[] = [
  tells('apower', 'active_power', 'W'),
  ...ONE_PHASE,
  tells('aenergy', 'active_energy_import', 'Wh', 'total'),
  tells('ret_aenergy', 'active_energy_export', 'Wh', 'total'),
];
const EM: readonly Field[] = [
  tells('total_act_power', 'active_power', 'W'),
  tells('a_voltage', 'voltage_l1', 'V'),
  tells('b_voltage', 'voltage_l2', 'V'),
  tells('c_voltage', 'voltage_l3', 'V'),
  tells('a_current', 'current_l1', 'A'),
  tells('b_current', 'current_l2', 'A'),
  tells('c_current', 'current_l3', 'A'),
];
const EM_DATA: readonly Field[] = [
  tells('total_act', 'active_energy_import', 'Wh'),
  tells('total_act_ret', 'active_energy_export', 'Wh'),
];

interface Component {
  readonly fields: readonly Field[];
  /**
   * Which of them are channels: all by their number; those above 0, which are further sensors; none.
   */
  readonly channels: 'all' | 'further' | 'none';
}

const load: Component = { fields: LOAD, channels: 'all' };
const sensor = (only: Field): Component => ({ fields: [only], channels: 'further' });

const COMPONENTS: Readonly<Record<string, Component>> = {
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
  temperature: sensor(tells('tC', 'temperature', 'Cel')),
  humidity: sensor(tells('rh', 'humidity', '%')),
  devicepower: sensor(tells('battery', 'battery', '%', 'percent')),
  flood: { fields: [], channels: 'further' },
  wifi: { fields: [tells('rssi', 'rssi', 'dBm')], channels: 'none' },
};

/** A component by its name, such as `em1:0`. */
export interface NamedComponent extends Component {
  readonly type: string;
  /** Behind the colon; empty: it has none. */
  readonly instance: string;
  /** Where in a message each of the fields is. */
  readonly paths: readonly string[];
}

const INSTANCE = /^\d{0,5}$/;
const UNKNOWN = 'unknown';

/** What a name of a component says, taken apart once; undefined: it has no readings. */
export function componentOf(name: string): NamedComponent | undefined {
  const known = namedComponent(name);
  return known === UNKNOWN ? undefined : known;
}

const namedComponent = remembered((name): NamedComponent | typeof UNKNOWN => {
  const colon = name.indexOf(':');
  const type = colon < 0 ? name : name.slice(0, colon);
  const instance = colon < 0 ? '' : name.slice(colon + 1);
  const component = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined;
  if (component === undefined || !INSTANCE.test(instance)) return UNKNOWN;
  const { fields, channels } = component;
  const paths = fields.map((one) =>
    one.inner === undefined ? `${name}.${one.name}` : `${name}.${one.name}.${one.inner}`,
  );
  return { fields, channels, type, instance, paths };
});

/** The readings of a component: of its fields those that it has (SH-01). */
export function readComponent(
  component: JsonObject,
  { fields, paths }: NamedComponent,
  device: DeviceFindings,
  time: PointTime,
): void {
  // SH-05: without voltage there is no factor
  const isDead = numberOf(member(component, 'voltage')) === 0;
  for (let index = 0; index < fields.length; index += 1) {
    const one = fields[index];
    if (one === undefined) break;
    let raw = member(component, one.name);
    if (raw === undefined) continue;
    if (one.inner !== undefined) raw = isObject(raw) ? member(raw, one.inner) : undefined;
    if (raw === undefined || (isDead && one.quantity === 'power_factor')) continue;
    device.point(one.quantity, raw, one.unit, time, paths[index] ?? one.name);
  }
}

/** Frequency and voltage of a phase. */
export interface Phase {
  readonly hertz: JsonValue | undefined;
  readonly volts: JsonValue | undefined;
  readonly field: string;
}

const EM_PHASES = ['a', 'b', 'c'].map((phase) => ({
  frequency: `${phase}_freq`,
  voltage: `${phase}_voltage`,
}));

export const phasesOfEm = (name: string, em: JsonObject): Phase[] =>
  EM_PHASES.map(({ frequency, voltage }) => ({
    hertz: member(em, frequency),
    volts: member(em, voltage),
    field: `${name}.${frequency}`,
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
