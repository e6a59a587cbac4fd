import type { SensorSeries } from '@verimeter/drift';
import type { Device, Member, Verification } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { buildSensorInput } from '../../src/lib/sensors/sensor-input.ts';
import { deviceOf } from '../made-device.ts';

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;
const START_US = Date.UTC(2026, 0, 1) * 1000;
const AS_OF_US = START_US + 40 * DAY_US;

const device = (deviceId: string, change: Partial<Device> = {}): Device =>
  deviceOf(deviceId, 'environment_sensor', change);

const member = (deviceId: string, change: Partial<Member> = {}): Member => ({
  groupId: 'N',
  deviceId,
  role: 'sensor',
  fromUs: -Infinity,
  toUs: Infinity,
  feeder: null,
  ...change,
});

const verification = (change: Partial<Verification>): Verification => ({
  deviceId: 'a',
  verifiedOn: '2026-01-20',
  certificateNo: 'C1',
  testPoint: '',
  result: 'pass',
  kind: null,
  body: null,
  validUntil: null,
  validUntilPrecision: 'day',
  serial: null,
  error: 0.3,
  expandedUncertainty: 0.04,
  coverageFactor: null,
  asFound: null,
  ...change,
});

/** Series of a network of devices that report every hour from the start to as-of. */
async function seriesOf(records: {
  readonly devices: readonly Device[];
  readonly members: readonly Member[];
  readonly quantities?: readonly string[];
  readonly verifications?: readonly Verification[];
}): Promise<readonly SensorSeries[]> {
  const { devices, members, quantities = ['pm2_5'], verifications = [] } = records;
  const channels = new Map(
    devices.map(({ deviceId }, d) => [
      deviceId,
      new Map(
        quantities.map((quantity, q) => [
          quantity,
          { tenant: 't', deviceId, quantity, unit: '', channelId: 10 * d + q },
        ]),
      ),
    ]),
  );
  const input = await buildSensorInput({
    fleet: {
      devices,
      groups: [{ groupId: 'N', kind: 'sensor_network', name: null, technicalLoss: null }],
      members,
      verifications: new Map([['a', verifications]]),
      registerEvents: new Map(),
      legalEvents: new Map(),
      cycleRules: [],
      channels,
    },
    store: {
      firstInstants: (ids) => Promise.resolve(new Map(ids.map((id) => [id, START_US]))),
      series: (ids, fromUs, untilUs, take) => {
        for (const id of ids)
          for (let us = START_US; us <= AS_OF_US; us += HOUR_US)
            if (us >= fromUs && us <= untilUs) take(id, us, 5);
        return Promise.resolve();
      },
    },
    asOf: { groups: new Map([['N', AS_OF_US]]), devices: new Map(), latest: AS_OF_US },
    zone: 'UTC',
    events: [],
  });
  return input?.networks[0]?.series ?? [];
}

const dayUs = (day: number): number => START_US + (day - 1) * DAY_US;

const timesOf = async (asFound: boolean | null) =>
  (
    await seriesOf({
      devices: [device('a')],
      members: [member('a')],
      verifications: [
        verification({ asFound }),
        verification({ asFound: false, testPoint: 'no2', certificateNo: 'C2' }),
      ],
    })
  ).map(({ restartsUs, measured: errors }) => ({
    restartsUs,
    atUs: errors?.map(({ atUs }) => atUs),
  }));

test('an error "as left" is that of the stretch after the adjustment, "as found" that before', async () => {
  const restart = dayUs(21);
  expect(await timesOf(false)).toEqual([{ restartsUs: [restart], atUs: [restart] }]);
  expect(await timesOf(null)).toEqual([{ restartsUs: [restart], atUs: [restart] }]);
  expect(await timesOf(true)).toEqual([{ restartsUs: [restart], atUs: [dayUs(20)] }]);
});

const countedFor = async (testPoint: string) =>
  (
    await seriesOf({
      devices: [device('a')],
      members: [member('a')],
      quantities: ['co', 'co2', 'pm2_5'],
      verifications: [verification({ testPoint })],
    })
  ).flatMap(({ quantity, measured }) => (measured?.length === 1 ? [quantity] : []));

test('a test point counts for the quantity that it names as a whole word, or for all if it names none', async () => {
  expect(await countedFor('CO2 400 ppm')).toEqual(['co2']);
  expect(await countedFor('co, 9 ppm')).toEqual(['co']);
  expect(await countedFor('co')).toEqual(['co']);
  expect(await countedFor('pm2_5 low')).toEqual(['pm2_5']);
  expect(await countedFor(' ')).toEqual(['co', 'co2', 'pm2_5']);
  expect(await countedFor('so2')).toEqual([]);
});

const membershipsOfA = async (...members: readonly Partial<Member>[]) =>
  (
    await seriesOf({
      devices: [device('a'), device('b')],
      members: [...members.map((change) => member('a', change)), member('b')],
    })
  )
    .filter(({ deviceId }) => deviceId === 'a')
    .map(({ role, fromUs, toUs }) => [role, fromUs, toUs]);

test('memberships of one device that overlap are one; those apart stay apart', async () => {
  expect(await membershipsOfA({ toUs: dayUs(20) }, { fromUs: dayUs(10) })).toEqual([
    ['sensor', -Infinity, Infinity],
  ]);
  expect(await membershipsOfA({ fromUs: dayUs(2) }, { fromUs: dayUs(3), toUs: dayUs(9) })).toEqual([
    ['sensor', dayUs(2), Infinity],
  ]);
  expect(await membershipsOfA({ toUs: dayUs(10) }, { fromUs: dayUs(10) })).toEqual([
    ['sensor', -Infinity, dayUs(10)],
    ['sensor', dayUs(10), Infinity],
  ]);
  expect(await membershipsOfA({}, { fromUs: dayUs(10), role: 'reference' })).toEqual([
    ['sensor', -Infinity, dayUs(10)],
    ['reference', dayUs(10), Infinity],
  ]);
});

test('an error without an uncertainty, or with one of 0, is none', async () => {
  const series = await seriesOf({
    devices: [device('a')],
    members: [member('a')],
    verifications: [
      verification({ expandedUncertainty: 0 }),
      verification({ expandedUncertainty: null }),
      verification({ error: 0.1, expandedUncertainty: 0.06, coverageFactor: 3 }),
    ],
  });
  expect(
    series[0]?.measured?.map(({ error, standardUncertainty }) => [error, standardUncertainty]),
  ).toEqual([[0.1, 0.02]]);
});
