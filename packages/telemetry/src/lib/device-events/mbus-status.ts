import type { DeviceFlag } from './device-conditions.ts';

/*
 * Status byte of M-Bus and wM-Bus (EN 13757-7):
 *   bits 0-1  application: 0 no error, 1 busy, 2 an error, 3 abnormal condition
 *   bit 2     power low: battery, of a device on the mains its supply
 *   bit 3     permanent error
 *   bit 4     temporary error
 *   bits 5-7  the manufacturer's own
 */
const APPLICATION = 0b11;
const APPLICATION_ERROR = 2;
const APPLICATION_ABNORMAL = 3;
const POWER_LOW = 1 << 2;
const PERMANENT_ERROR = 1 << 3;
const TEMPORARY_ERROR = 1 << 4;
const MANUFACTURER = 0b111 << 5;

/** Flags of a status byte; bits that only the manufacturer explains are `unknown_status`. */
export function mbusStatusFlags(byte: number, isOnMains: boolean): DeviceFlag[] {
  const flags: DeviceFlag[] = [];
  const application = byte & APPLICATION;
  if ((byte & POWER_LOW) !== 0) flags.push(isOnMains ? 'power_loss' : 'battery_low');
  if ((byte & PERMANENT_ERROR) !== 0) flags.push('permanent_error');
  if ((byte & TEMPORARY_ERROR) !== 0 || application === APPLICATION_ERROR)
    flags.push('temporary_error');
  if ((byte & MANUFACTURER) !== 0 || application === APPLICATION_ABNORMAL)
    flags.push('unknown_status');
  return flags;
}
