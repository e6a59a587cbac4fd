import { decimalProduct } from '../../foreign/decimals.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { Telegram } from './telegram.ts';

/**
 * WE-07: a pulse adapter counts; what a pulse is only the source knows. Input A is the device itself, input B of an adapter with both a device
 * of its own.
 */
export function readPulses(telegram: Telegram, id: string): void {
  const { pulses = [], findings, time } = telegram;
  const { pulse } = findings.settings;
  for (const key of pulses) {
    const input = key === 'b_counter' && pulses.length > 1 ? 'b' : '';
    const device = input === '' ? telegram.device : findings.device(id, input);
    const raw = telegram.payload[key];
    if (device === undefined || raw === null) continue;
    if (pulse === undefined) {
      const message =
        'pulses; give the source what one of them is, such as 0.01 of water_volume for 10 l';
      device.reject('unknown_quantity', key, message);
      continue;
    }
    const count = numberOf(raw);
    const value = count === undefined ? raw : decimalProduct(count, pulse.weight);
    device.point(pulse.quantity, value, '', time, key);
  }
}
