import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaHref, deviceHref, href, parseRoute, signInKey } from '../src/lib/routing.ts';

test('each page has its address', () => {
  expect(parseRoute('')).toMatchObject({ page: 'overview' });
  expect(parseRoute('#/')).toMatchObject({ page: 'overview' });
  expect(parseRoute('#/fleet?kind=water_meter')).toMatchObject({ page: 'fleet' });
  expect(parseRoute('#/areas')).toMatchObject({ page: 'areas' });
  expect(parseRoute('#/quality?view=ledger')).toMatchObject({ page: 'quality' });
  expect(parseRoute('#/nowhere')).toMatchObject({ page: 'missing' });
  expect(parseRoute('#/devices/%')).toMatchObject({ page: 'missing' });
});

test('empty filters leave no trace in the address', () => {
  expect(href('/fleet', { kind: '', group: undefined, device: 'E-1' })).toBe('#/fleet?device=E-1');
  expect(href('/fleet', { kind: '' })).toBe('#/fleet');
});

test('every device and group id survives the address', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/);
  fc.assert(
    fc.property(id, (deviceId) => {
      expect(parseRoute(deviceHref(deviceId, { range: '7d' }))).toMatchObject({
        page: 'device',
        id: deviceId,
      });
      expect(parseRoute(areaHref(deviceId))).toMatchObject({ page: 'area', id: deviceId });
    }),
  );
});

test('the key of a sign-in link is told from a page', () => {
  expect(signInKey('#key=vm_abc-123')).toBe('vm_abc-123');
  expect(signInKey('#key=a%2Bb')).toBe('a+b');
  expect(signInKey('#/fleet?device=key')).toBeUndefined();
});
