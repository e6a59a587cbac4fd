import { expect, test } from 'vitest';
import { BURST, MessageRates, SUSTAINED_PER_S } from '../src/lib/message-rates.ts';

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

test('who floods is reported once a minute, the worst first; who is quiet costs no memory', () => {
  const rates = new MessageRates();
  expect(rates.report(0)).toEqual([]);
  beyond(rates, topic('A'), BURST + 5, 0);
  beyond(rates, topic('B'), BURST + 9, 0);
  beyond(rates, topic('C'), BURST, 0);
  expect(rates.report(59_999)).toBeUndefined();
  expect(rates.report(60_000)).toEqual([
    { sender: 'demo/B', messages: 9 },
    { sender: 'demo/A', messages: 5 },
  ]);
  expect(rates.size).toBe(0);
  expect(rates.report(120_000)).toEqual([]);
});
