import { type AirFault, type AirQuantity, type ElementSeries, readElement } from './air-element.ts';
import type { AirPlace } from './air-field.ts';
import { loseHours, withGaps } from './air-gaps.ts';
import { airAtPlaces, type AirSite } from './air-sites.ts';
import { type AirWeather, hourlyWeather, northernDays } from './air-weather.ts';
import { originMs } from './calendar.ts';
import { randomStream, STREAM } from './random.ts';
import { isOffset, sensorError } from './sensor-error.ts';
import { networkPlaces, positionOf } from './trial-network-places.ts';
import { crossChecks, type MeasuredError } from './cross-checks.ts';
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
  /** What cross-checks said of it. */
  readonly measured?: readonly MeasuredError[];
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
  const order = drawOrder(options, keys);
  const drifted = new Set(order.slice(0, driftedCount(options)));
  const mastOf = (device: number): number => mastDevice(options, device, order);
  const built = Array.from({ length: devices }, (_, device) => {
    const own = moves.filter(({ sensor }) => sensor === device);
    return deviceSeries(options, device, {
      keys,
      startUs: 1000 * startMs,
      hours,
      weather,
      drifted: drifted.has(device),
      place: besideMast(places[mastOf(device)], device === mastOf(device) ? 0 : device),
      siteAt: (k) => siteOf(sites, mastOf(device), { own, moves, devices, k }),
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
  return quantitiesOf(options, reference).map((quantity) => {
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
    const rounds = reference || !options.quantities.includes(quantity) ? undefined : options.rounds;
    const measured =
      rounds === undefined
        ? {}
        : {
            measured: crossChecks(rounds, {
              turn: device / options.sensors,
              hours,
              startUs,
              errorAt: (k) => sensorError({ ...first, quantity }, k),
              random: randomStream(...context.keys, STREAM.gap, device, 1),
            }),
          };
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
        ...measured,
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

function quantitiesOf({ quantities }: TrialNetworkOptions, reference: boolean): AirQuantity[] {
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

/** Sensors in the order in which they are given what there is: faults, and references beside them. */
function drawOrder(options: TrialNetworkOptions, keys: readonly number[]): number[] {
  const random = randomStream(...keys, STREAM.airFault);
  return Array.from({ length: options.sensors }, (_, sensor) => ({
    sensor,
    turn: random.next(),
  }))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ sensor }) => sensor);
}

const driftedCount = ({ drift, sensors }: TrialNetworkOptions): number =>
  Math.round((drift?.share ?? 0) * sensors);

/** The device on whose mast a device stands; itself where that is its own. */
function mastDevice(
  { masts = 'own', sensors }: TrialNetworkOptions,
  device: number,
  order: readonly number[],
): number {
  if (masts === 'roof') return 0;
  return masts === 'beside' && device >= sensors ? (order[device - sensors] ?? device) : device;
}

/** Some metres from the middle of a mast or a roof. */
function besideMast(place: AirPlace | undefined, number: number): AirPlace {
  const { east, north, height } = place ?? { east: 0, north: 0, height: 0 };
  return {
    east: east + 0.002 * (number % 4),
    north: north + 0.002 * Math.floor(number / 4),
    height,
  };
}

function compare(a: TrialSensorSeries, b: TrialSensorSeries): number {
  const [left, right] =
    a.deviceId === b.deviceId ? [a.quantity, b.quantity] : [a.deviceId, b.deviceId];
  return left < right ? -1 : left > right ? 1 : 0;
}
