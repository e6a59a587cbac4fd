import type { SensorFleetInput, SensorNetworkInput, SensorSeries } from '@verimeter/drift';
import { addDays, errorLimit } from '@verimeter/metrology';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Device, DeviceEvent, Member, Verification } from '@verimeter/registry';
import { zoneMinutes } from '@verimeter/telemetry';
import type { AsOf } from '../as-of.ts';
import { dateUs } from '../date-us.ts';
import type { FleetRecords } from '../fleet-records.ts';
import { type Grid, gridBetween } from '../grid.ts';
import { HOUSEKEEPING } from '../housekeeping.ts';
import { readMeans } from './hourly-means.ts';
import { singleMemberships } from './single-memberships.ts';

const HOUR_US = 3600e6;
/** What a device reports when its element was adjusted or exchanged: what was known of its error is over. */
export const RESTART_EVENTS: readonly string[] = ['adjusted', 'recalibrated', 'replaced'];
/** Coverage factor of an expanded uncertainty whose certificate does not state one (JCGM 100:2008, 6.3.3). */
const USUAL_COVERAGE_FACTOR = 2;

export interface SensorContext {
  readonly fleet: FleetRecords;
  readonly store: Pick<ReadingStore, 'series' | 'firstInstants'>;
  readonly asOf: AsOf;
  readonly zone: string;
  /** Of `RESTART_EVENTS`, by device and time. */
  readonly events: readonly DeviceEvent[];
}

interface Channel {
  readonly device: Device;
  readonly member: Member;
  readonly quantity: string;
  readonly channelId: number;
}

/** Everything the sensor estimator depends on; undefined where no network has a reading. */
export async function buildSensorInput(
  context: SensorContext,
): Promise<SensorFleetInput | undefined> {
  const { fleet, asOf, zone } = context;
  const networks: SensorNetworkInput[] = [];
  for (const { groupId, kind } of fleet.groups) {
    const asOfUs = asOf.groups.get(groupId);
    if (kind !== 'sensor_network' || asOfUs === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- one network in memory after the other
    const network = await networkOf(groupId, asOfUs, context);
    if (network !== undefined) networks.push(network);
  }
  const lastUs = Math.max(...networks.map((network) => network.asOfUs));
  return networks.length === 0 ? undefined : { zoneMinutes: zoneMinutes(zone, lastUs), networks };
}

async function networkOf(
  groupId: string,
  asOfUs: number,
  context: SensorContext,
): Promise<SensorNetworkInput | undefined> {
  const { fleet, store } = context;
  const channels = channelsOf(groupId, fleet);
  // a device that left and came back has two memberships and one channel
  const ids = [...new Set(channels.map(({ channelId }) => channelId))];
  const firsts = await store.firstInstants(ids, -Infinity);
  const firstUs = [...firsts.values()].reduce((a, b) => Math.min(a, b), Infinity);
  if (firstUs > asOfUs) return undefined;
  const grid: Grid = gridBetween(firstUs, asOfUs, HOUR_US, 0);
  if (grid.count < 2) return undefined;
  const means = await readMeans(store, ids, grid);
  const series = channels.flatMap((channel): SensorSeries[] => {
    const values = means.get(channel.channelId);
    const limits = errorLimit('environment_sensor', undefined, channel.quantity);
    if (values === undefined || limits === undefined) return [];
    const partner = partnerOf(channel, channels);
    const partnerValues = partner === undefined ? undefined : means.get(partner.channelId);
    const { device, member, quantity } = channel;
    const verifications = fleet.verifications.get(device.deviceId) ?? [];
    return [
      {
        deviceId: device.deviceId,
        quantity,
        role: member.role === 'reference' ? 'reference' : 'sensor',
        fromUs: member.fromUs,
        toUs: member.toUs,
        limit: limits.limit,
        inServiceLimit: limits.inServiceLimit,
        limitOf: limits.of,
        values,
        ...(partnerValues === undefined ? {} : { partner: partnerValues }),
        ...(device.lat === null ? {} : { latitude: device.lat }),
        ...(device.lon === null ? {} : { longitude: device.lon }),
        ...(device.model === null ? {} : { model: device.model }),
        restartsUs: restartsOf(device, verifications, context.events, asOfUs),
        // certificates state errors as ratios: none for a quantity that is held against an offset
        measured: limits.of === 'offset' ? [] : measuredOf(verifications, quantity, asOfUs),
      },
    ];
  });
  return { groupId, asOfUs, grid, series };
}

function channelsOf(groupId: string, fleet: FleetRecords): Channel[] {
  const devices = new Map(fleet.devices.map((device) => [device.deviceId, device]));
  const members = fleet.members.filter(
    (member) =>
      member.groupId === groupId && (member.role === 'sensor' || member.role === 'reference'),
  );
  return singleMemberships(members).flatMap((member): Channel[] => {
    const device = devices.get(member.deviceId);
    if (device?.kind !== 'environment_sensor') return [];
    return [...(fleet.channels.get(member.deviceId) ?? [])]
      .filter(([quantity]) => !HOUSEKEEPING.has(quantity))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([quantity, { channelId }]) => ({ device, member, quantity, channelId }));
  });
}

/** The second element of a device is registered as a device of the same model at the very same place. */
function partnerOf(channel: Channel, channels: readonly Channel[]): Channel | undefined {
  const { device, quantity } = channel;
  if (device.lat === null || device.lon === null) return undefined;
  const others = channels.filter(
    (other) =>
      other.quantity === quantity &&
      other.device.deviceId !== device.deviceId &&
      other.member.role === 'sensor' &&
      other.device.model === device.model &&
      other.device.lat === device.lat &&
      other.device.lon === device.lon,
  );
  return new Set(others.map(({ channelId }) => channelId)).size === 1 ? others[0] : undefined;
}

/** Instants at which the error of a device began anew, ascending: installed, verified, or adjusted as it reported itself. */
function restartsOf(
  device: Device,
  verifications: readonly Verification[],
  events: readonly DeviceEvent[],
  asOfUs: number,
): number[] {
  const dates = [
    ...(device.installedOn === null ? [] : [device.installedOn]),
    ...(device.verifiedOn === null ? [] : [addDays(device.verifiedOn, 1)]),
    // found as it was and left as it was: the error goes on
    ...verifications
      .filter(({ kind, asFound }) => kind !== 'cross_check' && asFound !== true)
      .map(({ verifiedOn }) => addDays(verifiedOn, 1)),
  ];
  const reported = events.flatMap(({ deviceId, tsUs }) =>
    deviceId === device.deviceId ? [tsUs] : [],
  );
  const all = [...dates.map(dateUs), ...reported].filter((us) => us <= asOfUs);
  return [...new Set(all)].toSorted((a, b) => a - b);
}

/**
 * Errors that a body measured, of test points that name the quantity or none. What was not found so was left so: it is the error of the
 * stretch that begins when the day of the verification is over.
 */
function measuredOf(
  verifications: readonly Verification[],
  quantity: string,
  asOfUs: number,
): NonNullable<SensorSeries['measured']> {
  return verifications.flatMap((verification) => {
    const { error, expandedUncertainty, testPoint } = verification;
    const named = testPoint.trim().toLowerCase();
    const asFound = verification.asFound === true;
    const atUs = dateUs(asFound ? verification.verifiedOn : addDays(verification.verifiedOn, 1));
    if (error === null || expandedUncertainty === null || atUs > asOfUs) return [];
    // no measurement is exact: 0 stands for an uncertainty that was not stated
    if (!(expandedUncertainty > 0)) return [];
    if (named !== '' && !names(named, quantity)) return [];
    const factor = verification.coverageFactor ?? USUAL_COVERAGE_FACTOR;
    return [
      {
        atUs,
        error,
        standardUncertainty: expandedUncertainty / factor,
        asFound,
      },
    ];
  });
}

/** A test point begins with the whole word of its quantity: `co2 400 ppm` is none of `co`. */
function names(testPoint: string, quantity: string): boolean {
  return testPoint.startsWith(quantity) && !/^\w/u.test(testPoint.slice(quantity.length));
}
