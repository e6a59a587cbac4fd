/**
 * Flags that dialects raise, whatever the device calls them; event names of decoded messages are these (reference: field practice of
 * wM-Bus, LoRaWAN and P1 meters). What a device says beyond them is `unknown_status` with its own text.
 */
export const DEVICE_FLAGS = [
  'leak',
  'burst',
  'reverse_flow',
  'dry',
  'tamper',
  'magnetic_field',
  'cover_open',
  'battery_low',
  'clock_error',
  'permanent_error',
  'temporary_error',
  'power_loss',
  'unknown_status',
] as const;
export type DeviceFlag = (typeof DEVICE_FLAGS)[number];

/** What only codes of event logs and words tell. */
type LoggedCondition = 'measurement_error' | 'memory_error' | 'phase_failure';
/** What an event can be about. */
export const DEVICE_CONDITIONS: readonly (DeviceFlag | LoggedCondition)[] = [
  ...DEVICE_FLAGS,
  'measurement_error',
  'memory_error',
  'phase_failure',
];
export type DeviceCondition = (typeof DEVICE_CONDITIONS)[number];

const FLAGS: ReadonlySet<string> = new Set(DEVICE_FLAGS);
const CONDITIONS: ReadonlySet<string> = new Set(DEVICE_CONDITIONS);

export function isDeviceFlag(name: string): name is DeviceFlag {
  return FLAGS.has(name);
}

export function isDeviceCondition(name: string): name is DeviceCondition {
  return CONDITIONS.has(name);
}
