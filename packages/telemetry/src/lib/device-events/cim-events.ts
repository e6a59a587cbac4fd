import type { DeviceCondition } from './device-conditions.ts';

/**
 * Events of IEC 61968-9, EndDeviceEventType `type.domain.subdomain.eventOrAction`, without the first number: the kind of device (0: not
 * told), which does not matter here.
 */
export interface CimEvent {
  /** The words of the standard for the three numbers (annex E: domain, subdomain, event or action). */
  readonly name: string;
  readonly condition?: DeviceCondition;
  /** It ends the condition. */
  readonly ends?: true;
}

const CIM_EVENTS: Readonly<Record<string, CimEvent>> = {
  '0.43.79': { name: 'NA.Event.Error', condition: 'permanent_error' },
  '1.147.79': { name: 'Communication.MeterBus.Error' },
  '1.147.216': { name: 'Communication.MeterBus.Restored' },
  '2.0.85': { name: 'Battery.NA.Failed', condition: 'battery_low' },
  '2.22.150': { name: 'Battery.Charge.MinLimitReached', condition: 'battery_low' },
  '2.147.150': { name: 'Battery.MeterBus.MinLimitReached', condition: 'battery_low' },
  '7.31.24': { name: 'Configuration.Data.Changed' },
  '11.283.4': { name: 'Firmware.Activation.Activated' },
  '11.283.280': { name: 'Firmware.Activation.ReadyForActivation' },
  '12.6.219': { name: 'Security.Current.Reversed', condition: 'reverse_flow' },
  '12.24.85': { name: 'Security.Password.Failed' },
  '12.29.16': { name: 'Security.Cover.Closed', condition: 'cover_open', ends: true },
  '12.29.212': { name: 'Security.Cover.Removed', condition: 'cover_open' },
  '12.43.257': { name: 'Security.Event.TamperDetected', condition: 'tamper' },
  '12.43.291': { name: 'Security.Event.TamperCleared', condition: 'tamper', ends: true },
  '12.66.242': { name: 'Security.MagneticSwitch.Started', condition: 'magnetic_field' },
  '12.66.243': { name: 'Security.MagneticSwitch.Stopped', condition: 'magnetic_field', ends: true },
  '12.141.16': { name: 'Security.Enclosure.Closed', condition: 'cover_open', ends: true },
  '12.141.212': { name: 'Security.Enclosure.Removed', condition: 'cover_open' },
  '12.147.7': { name: 'Security.MeterBus.Attempted', condition: 'tamper' },
  '17.44.28': { name: 'Logs.EventLog.Cleared' },
  '17.89.28': { name: 'Logs.Register.Cleared' },
  '17.285.28': { name: 'Logs.AlarmTable.Cleared' },
  '18.72.79': { name: 'Memory.NVRAM.Error', condition: 'memory_error' },
  '18.83.79': { name: 'Memory.Program.Error', condition: 'memory_error' },
  '18.85.79': { name: 'Memory.RAM.Error', condition: 'memory_error' },
  '18.92.79': { name: 'Memory.ROM.Error', condition: 'memory_error' },
  '21.67.79': { name: 'Metrology.Measurement.Error', condition: 'measurement_error' },
  '21.89.177': { name: 'Metrology.Register.Overflow' },
  '26.25.85': { name: 'Power.Phase.Failed', condition: 'phase_failure' },
  '26.38.49': { name: 'Power.Voltage.Re-established', condition: 'power_loss', ends: true },
  '26.38.85': { name: 'Power.Voltage.Failed', condition: 'power_loss' },
  '26.79.223': { name: 'Power.PhaseVoltage.SagStarted' },
  '26.79.224': { name: 'Power.PhaseVoltage.SagStopped' },
  '26.79.248': { name: 'Power.PhaseVoltage.SwellStarted' },
  '26.79.249': { name: 'Power.PhaseVoltage.SwellStopped' },
  '36.114.35': { name: 'Clock.Time.Invalid', condition: 'clock_error' },
  '36.116.13': { name: 'Clock.TimeSync.Change', condition: 'clock_error', ends: true },
  '36.116.14': { name: 'Clock.TimeSync.ChangePending' },
  '36.116.24': { name: 'Clock.TimeSync.Changed' },
  '37.3.79': { name: 'Watchdog.AUTDProcess.Error' },
};

/** The event of a code without its first number; undefined: not known here, though the standard may have it. */
export function findCimEvent(code: string): CimEvent | undefined {
  return Object.hasOwn(CIM_EVENTS, code) ? CIM_EVENTS[code] : undefined;
}

interface ConditionCodes {
  readonly begins: string;
  readonly ends?: string;
}

/**
 * Codes of the conditions. Some are the nearest the standard has: a reversed current for water that flows backwards, the event "error" of no
 * domain for a fault that a device calls permanent. It has no code for a leak, a burst, an empty pipe, a fault that passes, or a status that
 * nobody explains, and none is made up here.
 */
const CODES: Readonly<Partial<Record<DeviceCondition, ConditionCodes>>> = {
  reverse_flow: { begins: '12.6.219' },
  tamper: { begins: '12.43.257', ends: '12.43.291' },
  magnetic_field: { begins: '12.66.242', ends: '12.66.243' },
  cover_open: { begins: '12.141.212', ends: '12.141.16' },
  battery_low: { begins: '2.22.150' },
  clock_error: { begins: '36.114.35', ends: '36.116.13' },
  permanent_error: { begins: '0.43.79' },
  power_loss: { begins: '26.38.85', ends: '26.38.49' },
  measurement_error: { begins: '21.67.79' },
  memory_error: { begins: '18.72.79' },
  phase_failure: { begins: '26.25.85' },
};

/** The code of a condition that begins or ends, without its first number; undefined: the standard has none. */
export function cimCodeOf(condition: DeviceCondition, ends: boolean): string | undefined {
  const codes = CODES[condition];
  return (ends ? codes?.ends : undefined) ?? codes?.begins;
}
