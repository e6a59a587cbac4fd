import type { DeviceCondition } from './device-conditions.ts';

interface DlmsEvent {
  /** EndDeviceEventType without its first number. */
  readonly cim?: string;
  readonly condition?: DeviceCondition;
  readonly ends?: true;
}

/**
 * Numbers of the event logs of DLMS meters (DSMR P3, chapter "event log", as head-ends list them). 71 and 72, maintenance of the meter, have
 * no code of the standard; 3 (summer time) and 47 need none of a condition.
 */
const DLMS_EVENTS: Readonly<Record<string, DlmsEvent>> = {
  '1': { cim: '26.38.85', condition: 'power_loss' },
  '2': { cim: '26.38.49', condition: 'power_loss', ends: true },
  '4': { cim: '36.116.14' },
  '5': { cim: '36.116.24' },
  '6': { cim: '36.114.35', condition: 'clock_error' },
  '7': { cim: '2.0.85', condition: 'battery_low' },
  '8': { cim: '2.22.150', condition: 'battery_low' },
  '10': { cim: '17.89.28' },
  '11': { cim: '17.285.28' },
  '12': { cim: '18.83.79', condition: 'memory_error' },
  '13': { cim: '18.85.79', condition: 'memory_error' },
  '14': { cim: '18.72.79', condition: 'memory_error' },
  '15': { cim: '37.3.79' },
  '16': { cim: '21.67.79', condition: 'measurement_error' },
  '17': { cim: '11.283.280' },
  '18': { cim: '11.283.4' },
  '40': { cim: '12.29.212', condition: 'cover_open' },
  '41': { cim: '12.29.16', condition: 'cover_open', ends: true },
  '42': { cim: '12.66.242', condition: 'magnetic_field' },
  '43': { cim: '12.66.243', condition: 'magnetic_field', ends: true },
  '44': { cim: '12.141.212', condition: 'cover_open' },
  '45': { cim: '12.141.16', condition: 'cover_open', ends: true },
  '46': { cim: '12.24.85' },
  '47': { cim: '7.31.24' },
  '100': { cim: '1.147.79' },
  '101': { cim: '1.147.216' },
  '102': { cim: '2.147.150', condition: 'battery_low' },
  '103': { cim: '12.147.7', condition: 'tamper' },
  '106': { cim: '0.43.79', condition: 'permanent_error' },
  '255': { cim: '17.44.28' },
};

/** The event of a number of an event log, digits only; undefined: not known. */
export function findDlmsEvent(digits: string): DlmsEvent | undefined {
  const key = String(Number(digits));
  return Object.hasOwn(DLMS_EVENTS, key) ? DLMS_EVENTS[key] : undefined;
}
