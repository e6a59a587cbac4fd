import { type AirFault, type AirQuantity, type ElementSeries, readElement } from './air-element.ts';
import type { AirPlace } from './air-field.ts';
import { loseHours, withGaps } from './air-gaps.ts';
import { airAtPlaces, type AirSite } from './air-sites.ts';
import { type AirWeather, hourlyWeather, northernDays } from './air-weather.ts';
import { originMs } from './calendar.ts';
import { randomStream, STREAM } from './random.ts';
import { isOffset } from './sensor-error.ts';
import { networkPlaces, positionOf } from './trial-network-places.ts';
import type { TrialNetworkOptions } from './trial-network-options.ts';
import { cityWeather } from './weather.ts';

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

/** One quantity of one device as an analysis gets it. */
export interface TrialSensorSeries {
  readonly deviceId: string;
  readonly quantity: AirQuantity;
  readonly role: 'sensor' | 'reference';
  readonly fromUs: number;
  readonly toUs: number;
  readonly limit: number;
  readonly inServiceLimit: number;
  readonly limitOf: 'relative_error' | 'offset';
  readonly values: Float64Array;
  readonly partner?: Float64Array;
  readonly latitude: number;
  readonly longitude: number;
  readonly model: string;
  readonly restartsUs: readonly number[];
}

/** What only the simulator knows of it. */
export interface TrialSensorTruth extends Pick<ElementSeries, 'actual' | 'gain' | 'offset'> {
  readonly deviceId: string;
  readonly quantity: AirQuantity;
  readonly faults: readonly AirFault[];
}

export interface TrialNetwork {
  readonly input: {
    readonly groupId: string;
    readonly asOfUs: number;
    readonly grid: { readonly startUs: number; readonly stepUs: number; readonly count: number };
    /** Sorted by deviceId, then quantity. */
    readonly series: readonly TrialSensorSeries[];
  };
  /** One per series, in its order. */
  readonly truths: readonly TrialSensorTruth[];
}

/** What the product takes where nothing else is stated: 20 %, 0.5 Cel, 1 hPa. */
const limitOf = (quantity: AirQuantity): number =>
  quantity === 'temperature' ? 0.5 : quantity === 'pressure' ? 1 : 0.2;

export function buildTrialNetwork(options: TrialNetworkOptions): TrialNetwork {
  const { seed, network, sensors, days } = options;
  const keys = [seed, STREAM.trial, network];
  const startMs = originMs(options.origin ?? '2023-04-01');
  const hours = 24 * days + 1;
  const climate = options.climate ?? 'north';
  const weather = hourlyWeather(
    climate === 'north'
      ? northernDays(keys, startMs, days)
      : cityWeather(1000 * seed + network, startMs, days),
    { keys, startMs, climate },
    hours,
  );
  const devices = sensors + (options.references ?? 0);
  const moves = (options.events ?? []).filter(({ kind }) => kind === 'moved');
  const places = networkPlaces(keys, options, moves);
  const sites = airAtPlaces(places, { keys, startMs, hours, climate, weather });
  const drifted = drawDrifted(options, keys);
  const built = Array.from({ length: devices }, (_, device) => {
    const own = moves.filter(({ sensor }) => sensor === device);
    return deviceSeries(options, device, {
      keys,
      startUs: 1000 * startMs,
      hours,
      weather,
      drifted: drifted.has(device),
      place: places[device] ?? { east: 0, north: 0, height: 0 },
      siteAt: (k) => siteOf(sites, device, { own, moves, devices, k }),
    });
  }).flat();
  built.sort((a, b) => compare(a.series, b.series));
  const startUs = 1000 * startMs;
  return {
    input: {
      groupId: `N${network}`,
      asOfUs: startUs + days * DAY_US,
      grid: { startUs, stepUs: HOUR_US, count: hours },
      series: built.map(({ series }) => series),
    },
    truths: built.map(({ truth }) => truth),
  };
}

interface DeviceContext {
  readonly keys: readonly number[];
  readonly startUs: number;
  readonly hours: number;
  readonly weather: AirWeather;
  readonly drifted: boolean;
  readonly place: AirPlace;
  readonly siteAt: (k: number) => AirSite;
}

interface Built {
  readonly series: TrialSensorSeries;
  readonly truth: TrialSensorTruth;
}

function deviceSeries(
  options: TrialNetworkOptions,
  device: number,
  context: DeviceContext,
): Built[] {
  const { hours, startUs, weather } = context;
  const reference = device >= options.sensors;
  const deviceId = reference
    ? `N${options.network}-REF${device - options.sensors + 1}`
    : `N${options.network}-${String(device + 1).padStart(2, '0')}`;
  const own = (options.events ?? []).filter(({ sensor }) => sensor === device);
  const restartDays = own.filter(({ kind }) => kind !== 'moved').map(({ day }) => day);
  const lost = loseHours([...context.keys, STREAM.gap, device], hours, options.gapRate ?? 0.004);
  const batch = Math.floor(device / 4);
  return measured(options, reference).map((quantity) => {
    const faults = [
      ...(context.drifted && options.drift?.quantity === quantity ? [options.drift.fault] : []),
      ...(options.faults ?? [])
        .filter((fault) => fault.sensor === device && fault.quantity === quantity)
        .map(({ fault }) => fault),
    ];
    const element = (channel: number): ElementSeries =>
      readElement(
        context.siteAt,
        hours,
        {
          keys: [...context.keys, device, QUANTITY_KEYS[quantity], channel],
          batchKeys: [...context.keys, 1000 + batch, QUANTITY_KEYS[quantity]],
          quantity,
          reference,
          faults: channel === 0 ? faults : [],
          restartDays,
        },
        weather,
      );
    const first = element(0);
    const partner =
      options.twoChannel === true && !reference && (quantity === 'pm2_5' || quantity === 'pm10')
        ? { partner: withGaps(element(1).values, lost) }
        : {};
    return {
      series: {
        deviceId,
        quantity,
        role: reference ? 'reference' : 'sensor',
        fromUs: startUs,
        toUs: Infinity,
        limit: limitOf(quantity),
        inServiceLimit: 2 * limitOf(quantity),
        limitOf: isOffset(quantity) ? 'offset' : 'relative_error',
        values: withGaps(first.values, lost),
        ...partner,
        ...positionOf(context.place),
        model: reference ? 'BT-REF' : `BT-AIR${4 + batch}`,
        // it came verified
        restartsUs: [startUs, ...own.map(({ day }) => startUs + day * DAY_US)],
      },
      truth: {
        deviceId,
        quantity,
        faults,
        actual: first.actual,
        gain: first.gain,
        offset: first.offset,
      },
    };
  });
}

const QUANTITY_KEYS: Readonly<Record<AirQuantity, number>> = {
  pm2_5: 1,
  pm10: 2,
  no2: 3,
  o3: 4,
  temperature: 5,
  humidity: 6,
  pressure: 7,
};

function measured({ quantities }: TrialNetworkOptions, reference: boolean): AirQuantity[] {
  if (reference) return [...quantities];
  // what values of the others are corrected with
  const beside = quantities.flatMap((quantity): AirQuantity[] =>
    quantity === 'no2' || quantity === 'o3'
      ? ['humidity', 'temperature']
      : quantity === 'pm2_5' || quantity === 'pm10'
        ? ['humidity']
        : [],
  );
  return [...new Set([...quantities, ...beside])];
}

/** After its n-th move a device stands where the n-th of its further places is. */
function siteOf(
  sites: readonly AirSite[],
  device: number,
  at: {
    readonly own: readonly { readonly day: number }[];
    readonly moves: readonly { readonly day: number }[];
    readonly devices: number;
    readonly k: number;
  },
): AirSite {
  const last = at.own.findLast(({ day }) => 24 * day < at.k);
  const site = sites[last === undefined ? device : at.devices + at.moves.indexOf(last)];
  if (site === undefined) throw new RangeError(`no place for device ${device}`);
  return site;
}

function drawDrifted(options: TrialNetworkOptions, keys: readonly number[]): Set<number> {
  const random = randomStream(...keys, STREAM.airFault);
  const order = Array.from({ length: options.sensors }, (_, sensor) => ({
    sensor,
    turn: random.next(),
  })).toSorted((a, b) => a.turn - b.turn);
  const count = Math.round((options.drift?.share ?? 0) * options.sensors);
  return new Set(order.slice(0, count).map(({ sensor }) => sensor));
}

function compare(a: TrialSensorSeries, b: TrialSensorSeries): number {
  const [left, right] =
    a.deviceId === b.deviceId ? [a.quantity, b.quantity] : [a.deviceId, b.deviceId];
  return left < right ? -1 : left > right ? 1 : 0;
}
