import { expect, test } from 'vitest';
import { BURST, MessageRates, SUSTAINED_PER_S } from '../src/lib/floods/message-rates.ts';

const topic = (device: string): string => `verimeter/v1/demo/${device}/readings`;

/** How many of the messages at one instant go beyond the rate. */
function beyond(rates: MessageRates, of: string, count: number, nowMs: number): number {
  let found = 0;
  for (let index = 0; index < count; index += 1) if (rates.isBeyond(of, nowMs)) found += 1;
  return found;
}

test('a burst is let through, what goes beyond it is not, and others are not concerned', () => {
  const rates = new MessageRates();
  expect(beyond(rates, topic('A'), BURST + 7, 0)).toBe(7);
  expect(beyond(rates, topic('B'), BURST, 0)).toBe(0);
});

test('the sustained rate is let through for ever', () => {
  const rates = new MessageRates();
  beyond(rates, topic('A'), BURST, 0);
  for (let second = 1; second < 100; second += 1) {
    expect(beyond(rates, topic('A'), SUSTAINED_PER_S + 3, second * 1000)).toBe(3);
  }
});

test('a gateway is one sender with all its children, and all topics of a device are', () => {
  const rates = new MessageRates();
  beyond(rates, 'verimeter/v1/demo/GW/children/C1/readings', BURST, 0);
  expect(rates.isBeyond('verimeter/v1/demo/GW/children/C2/readings', 0)).toBe(true);
  expect(rates.isBeyond('verimeter/v1/demo/GW/status', 0)).toBe(true);
  expect(rates.isBeyond('verimeter/v1/other/GW/readings', 0)).toBe(false);
  expect(rates.isBeyond('short/topic', 0)).toBe(false);
});

test('who floods is reported with its rate, the worst first; who is quiet costs no memory', () => {
  const rates = new MessageRates();
  expect(rates.report(0)).toEqual([]);
  beyond(rates, topic('A'), BURST + 5, 1000);
  // 80 per second for ten seconds: 50 are let through
  beyond(rates, 'verimeter/v1/demo/GW/children/C/readings', BURST, 1000);
  for (let k = 1; k <= 800; k += 1) rates.isBeyond('verimeter/v1/demo/GW/status', 1000 + k * 12.5);
  beyond(rates, topic('C'), BURST, 1000);
  beyond(rates, 'some/other/topic/of/many/levels', BURST + 1, 1000);
  const [gateway, device, other, ...none] = rates.report(60_000);
  expect(gateway).toMatchObject({ tenant: 'demo', sender: 'GW', messages: 300, toMs: 10_975 });
  expect(gateway?.fromMs).toBeCloseTo(1012.5, 5);
  expect(gateway?.ratePerS).toBeCloseTo(80, 0);
  expect(device).toEqual({
    tenant: 'demo',
    sender: 'A',
    messages: 5,
    fromMs: 1000,
    toMs: 1000,
    ratePerS: SUSTAINED_PER_S + 5,
  });
  expect(other).toMatchObject({ tenant: undefined, sender: 'some/other/topic/of', messages: 1 });
  expect(none).toEqual([]);
  expect(rates.size).toBe(0);
  expect(rates.report(120_000)).toEqual([]);
});
