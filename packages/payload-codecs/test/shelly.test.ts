import { expect, test } from 'vitest';
import { Listener } from './decode-message.ts';

const frame = (src: string | undefined, params: Record<string, unknown>): unknown => ({
  src,
  method: 'NotifyStatus',
  params: { ts: 1768370415, ...params },
});
const ids = ({ readings }: ReturnType<Listener['hear']>): unknown[] => readings.map(([id]) => id);

test('X-10: a retained status has the time of its arrival, which the worker leaves out', () => {
  const said = new Listener('shelly').hear(
    'roof/status/em:0',
    { total_act_power: 3 },
    { retain: true },
  );
  expect(said.parts.flatMap(({ readings }) => readings.map(({ tsSource }) => tsSource))).toEqual([
    'arrival',
  ]);
});

test('a device behind a prefix of its own is the same on all its topics once it has said who it is', () => {
  const listener = new Listener('shelly');
  const status = { total_act_power: 3 };
  expect(ids(listener.hear('site/roof/status/em:0', status))).toEqual(['site:roof']);
  listener.hear('site/roof/events/rpc', frame('shelly-1', { 'em:0': status }), { retain: true });
  expect(ids(listener.hear('site/roof/status/em:0', status))).toEqual(['site:roof']);
  listener.hear('site/roof/events/rpc', frame('shelly-1', { 'em:0': status }));
  expect(ids(listener.hear('site/roof/status/em:0', status))).toEqual(['shelly-1']);
  listener.hear('site/roof/events/rpc', frame('shelly-2', { 'em:0': status }));
  expect(ids(listener.hear('site/roof/status/em:0', status))).toEqual(['shelly-2']);
});

test("a frame that does not say who it is from is its topic's", () => {
  const said = new Listener('shelly').hear(
    'roof/events/rpc',
    frame(undefined, { 'em:0': { total_act_power: 1 } }),
  );
  expect(ids(said)).toEqual(['roof']);
});

/** How many factors are read of a load. */
const factor = (load: Record<string, number>): unknown =>
  new Listener('shelly')
    .hear('a/events/rpc', frame('a', { 'pm1:0': load }))
    .readings.filter(([, quantity]) => quantity === 'power_factor').length;

test('SH-05: a factor is read where there is voltage, and where nothing is said of it', () => {
  expect(factor({ pf: 0.8, voltage: 230 })).toBe(1);
  expect(factor({ pf: 0.8 })).toBe(1);
  expect(factor({ pf: 1, voltage: 0 })).toBe(0);
});

test('names of the source give other components a meaning', () => {
  const names = { 'voltmeter:100.xvoltage': { quantity: 'water_pressure', unit: 'bar' } };
  const said = new Listener('shelly', { names }).hear(
    'a/events/rpc',
    frame('a', { 'voltmeter:100': { voltage: 4.2, xvoltage: 3.1 } }),
  );
  expect(said.readings).toEqual([['a', 'water_pressure', 3.1, 'bar', '2026-01-14T06:00:15Z']]);
});

test('names of objects everybody has are no components', () => {
  const params = { constructor: { apower: 1 }, __proto__: null, toString: { apower: 2 } };
  const { readings, rejects } = new Listener('shelly').hear('a/events/rpc', frame('a', params));
  expect(readings).toEqual([]);
  expect(rejects).toEqual([['unknown_quantity', '']]);
});
