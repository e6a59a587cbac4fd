import { type JsonObject, isObject, member } from '../../json.ts';
import { decimalSum } from '../../foreign/decimals.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { PointTime } from '../../foreign/times.ts';
import { type Phase, readFrequency } from './components.ts';

const PHASES = [0, 1, 2].map((n) => ({
  name: `em1:${n}`,
  voltage: `voltage_l${n + 1}`,
  current: `current_l${n + 1}`,
}));

const sum = (component: string, field: string, quantity: string, unit: string) => ({
  components: [0, 1, 2].map((n) => `${component}:${n}`),
  field,
  path: `${component}.${field}`,
  quantity,
  unit,
});
/** Sums over the phases, of which none may be missing: only what has changed is sent (SH-01). */
const SUMS = [
  sum('em1', 'act_power', 'active_power', 'W'),
  sum('em1data', 'total_act_energy', 'active_energy_import', 'Wh'),
  sum('em1data', 'total_act_ret_energy', 'active_energy_export', 'Wh'),
];
const PHASE_COMPONENT = /^em1(?:data)?:[0-2]$/;

/** Whether a component is a phase of a source whose devices have three (SH-04). */
export const isPhase = (name: string): boolean => PHASE_COMPONENT.test(name);

/** Three one-phase meters of a device as its phases: `em1:0` is l1. */
export function readPhases(components: JsonObject, device: DeviceFindings, time: PointTime): void {
  const phases: Phase[] = [];
  for (const phase of PHASES) {
    const meter = member(components, phase.name);
    if (!isObject(meter)) continue;
    const volts = member(meter, 'voltage');
    const current = member(meter, 'current');
    if (volts !== undefined) device.point(phase.voltage, volts, 'V', time, `${phase.name}.voltage`);
    if (current !== undefined)
      device.point(phase.current, current, 'A', time, `${phase.name}.current`);
    phases.push({ hertz: member(meter, 'freq'), volts, field: `${phase.name}.freq` });
  }
  readFrequency(phases, device, time);
  for (const { components: names, field, path, quantity, unit } of SUMS) {
    const values: number[] = [];
    for (const name of names) {
      const meter = member(components, name);
      const value = isObject(meter) ? numberOf(member(meter, field)) : undefined;
      if (value !== undefined) values.push(value);
    }
    if (values.length === names.length)
      device.point(quantity, decimalSum(values), unit, time, path);
  }
}
