import { type JsonObject, isObject, member } from '../../json.ts';
import { decimalSum } from '../../foreign/decimals.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { PointTime } from '../../foreign/times.ts';
import { readFrequency } from './components.ts';

const METERS = [0, 1, 2] as const;
/** Sums over the phases, of which none may be missing: only what has changed is sent (SH-01). */
const SUMS = [
  ['em1', 'act_power', 'active_power', 'W'],
  ['em1data', 'total_act_energy', 'active_energy_import', 'Wh'],
  ['em1data', 'total_act_ret_energy', 'active_energy_export', 'Wh'],
] as const;
const PHASE_COMPONENT = /^em1(?:data)?:[0-2]$/;

/** Whether a component is a phase of a source whose devices have three (SH-04). */
export const isPhase = (name: string): boolean => PHASE_COMPONENT.test(name);

/** Three one-phase meters of a device as its phases: `em1:0` is l1. */
export function readPhases(components: JsonObject, device: DeviceFindings, time: PointTime): void {
  const live = METERS.flatMap((n) => {
    const name = `em1:${n}`;
    const meter = member(components, name);
    return isObject(meter) ? [{ n, name, meter }] : [];
  });
  for (const { n, name, meter } of live) {
    const voltage = member(meter, 'voltage');
    const current = member(meter, 'current');
    if (voltage !== undefined)
      device.point(`voltage_l${n + 1}`, voltage, 'V', time, `${name}.voltage`);
    if (current !== undefined)
      device.point(`current_l${n + 1}`, current, 'A', time, `${name}.current`);
  }
  const phases = live.map(({ name, meter }) => ({
    hertz: member(meter, 'freq'),
    volts: member(meter, 'voltage'),
    field: `${name}.freq`,
  }));
  readFrequency(phases, device, time);
  for (const [component, field, quantity, unit] of SUMS) {
    const values = METERS.flatMap((n) => {
      const meter = member(components, `${component}:${n}`);
      const value = isObject(meter) ? numberOf(member(meter, field)) : undefined;
      return value === undefined ? [] : [value];
    });
    if (values.length === METERS.length)
      device.point(quantity, decimalSum(values), unit, time, `${component}.${field}`);
  }
}
