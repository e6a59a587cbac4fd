import type { MessageFindings } from '../../foreign/message-findings.ts';
import { decimalProduct } from '../../foreign/decimals.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { Telegram } from './telegram.ts';

const COUNTERS = ['a_counter', 'b_counter'] as const;

/**
 * WE-07: a pulse adapter counts; what a pulse is only the source knows. Input A is the device itself, input B of an adapter with both a device
 * of its own. Whether the telegram is one of such an adapter.
 */
export function readPulses(telegram: Telegram, findings: MessageFindings, id: string): boolean {
  const { pulse } = findings.settings;
  const inputs = COUNTERS.filter((key) => telegram.value(key) !== undefined);
  for (const key of inputs) {
    const input = key === 'b_counter' && inputs.length > 1 ? 'b' : '';
    const device = input === '' ? telegram.device : findings.device(id, input);
    telegram.know(key);
    const raw = telegram.value(key);
    if (device === undefined || raw === null) continue;
    if (pulse === undefined) {
      const message =
        'pulses; give the source what one of them is, such as 0.01 of water_volume for 10 l';
      device.reject('unknown_quantity', key, message);
      continue;
    }
    const count = numberOf(raw);
    const value = count === undefined ? raw : decimalProduct(count, pulse.weight);
    device.point(pulse.quantity, value, '', telegram.time, key);
  }
  return inputs.length > 0;
}
