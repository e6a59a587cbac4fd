import type { FlaggedReading } from '@verimeter/payload-codecs';
import { type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import { type Queryable, provisionDevices } from '@verimeter/registry';
import { type DeviceEvent, FLAG, type Reject, findQuantity } from '@verimeter/telemetry';
import type { DeviceDirectory, KnownDevice, KnownDevices, NewChannel } from './device-directory.ts';
import type { EventStates } from './event-states.ts';
import { isNews, newDevices } from './new-devices.ts';
import { type Sources, type StagedMessage, isOwnTopic } from './staged-message.ts';

/** A message with all that is known of it before the store is asked. */
export interface PlannedMessage {
  readonly staged: StagedMessage;
  /** Of the registry; undefined: not registered, or the topic names none. */
  readonly device: KnownDevice | undefined;
  /** Tenant of ledger and quarantine. */
  readonly tenant: string | null;
  readonly rejects: readonly Reject[];
  readonly events: readonly DeviceEvent[];
  /** Units of the ledger, see CONTRACTS: readings and rejected units. */
  readonly received: number;
  /** Arrival-time readings of a retained message: replays of the last known values, not readings. */
  readonly ignored: number;
  /** First row in the batch and number of rows. */
  readonly firstRow: number;
  readonly rows: number;
}

export interface BatchPlan {
  readonly messages: readonly PlannedMessage[];
  readonly readings: ReadingBatch;
}

export interface PlanContext {
  readonly directory: DeviceDirectory;
  readonly sources: Sources;
  readonly eventStates: EventStates;
  /** Owner of what comes for a tenant that does not exist; null: nobody. */
  readonly defaultTenant: string | null;
}

/** Devices of the messages, with channels, which are created where a known device has none yet. */
export async function resolveDevices(
  client: Queryable,
  staged: readonly StagedMessage[],
  { directory }: Pick<PlanContext, 'directory'>,
): Promise<KnownDevices> {
  const decodedAll = staged.map(({ decoded }) => decoded);
  let known = await directory.load(client, decodedAll);
  if ((await provisionDevices(client, newDevices(staged, known))) > 0)
    known = await directory.load(client, decodedAll);
  await directory.addChannels(client, newChannels(staged, known));
  return known;
}

/** The same where all of it is in memory; undefined: the database must be asked. */
export function recallDevices(
  staged: readonly StagedMessage[],
  directory: DeviceDirectory,
): KnownDevices | undefined {
  const known = directory.recall(staged.map(({ decoded }) => decoded));
  return known === undefined || newChannels(staged, known).length > 0 ? undefined : known;
}

/** Channels that the messages need and that known devices do not have. */
function newChannels(staged: readonly StagedMessage[], known: KnownDevices): NewChannel[] {
  const channels = new Map<string, NewChannel>();
  for (const { decoded } of staged) {
    const device = findDevice(known, decoded.tenant, decoded.deviceId);
    if (device === undefined) continue;
    for (const reading of decoded.readings) {
      if (device.channels.has(reading.quantity)) continue;
      const unit = unitOfNewChannel(reading);
      if (unit === undefined) continue;
      const key = `${device.tenant}/${device.deviceId}/${reading.quantity}`;
      if (!channels.has(key)) channels.set(key, { device, quantity: reading.quantity, unit });
    }
  }
  return [...channels.values()];
}

function findDevice(
  known: KnownDevices,
  tenant: string | undefined,
  deviceId: string | undefined,
): KnownDevice | undefined {
  return tenant === undefined || deviceId === undefined ? undefined : known.find(tenant, deviceId);
}

/** The stated unit where the quantity may be in it, else the catalogue's; undefined: no channel can be made of it. */
function unitOfNewChannel({ quantity, unit }: FlaggedReading): string | undefined {
  const entry = findQuantity(quantity);
  if (entry === undefined) return undefined;
  if (unit === undefined || unit === entry.unit) return entry.unit;
  return entry.alternativeUnits?.includes(unit) === true ? unit : undefined;
}

/** What a batch is planned with. */
interface Known extends Pick<PlanContext, 'defaultTenant'> {
  readonly known: KnownDevices;
}

/**
 * Rows for the store and rejects, from decoded messages and what is known of their devices. `redelivered` are messages that were stored
 * before, as the arrivals table knows: their arrival-time readings are duplicates and have no rows.
 */
export function planBatch(
  staged: readonly StagedMessage[],
  redelivered: ReadonlySet<StagedMessage>,
  context: Known,
): BatchPlan {
  let capacity = 0;
  for (const { decoded } of staged) capacity += decoded.readings.length;
  const readings = createReadingBatch(capacity);
  const messages = staged.map((message) =>
    planMessage(message, redelivered.has(message), readings, context),
  );
  return { messages, readings };
}

function planMessage(
  staged: StagedMessage,
  isRedelivered: boolean,
  batch: ReadingBatch,
  { known, defaultTenant }: Known,
): PlannedMessage {
  const { decoded, message } = staged;
  const { tenant, deviceId } = decoded;
  const firstRow = batch.length;
  const isKnownTenant = tenant !== undefined && known.hasTenant(tenant);
  // What comes on topics of a source that is gone is of its tenant, or of nobody.
  const owner = isKnownTenant ? tenant : isOwnTopic(message.topic) ? defaultTenant : null;
  const device = isKnownTenant ? findDevice(known, tenant, deviceId) : undefined;
  const nothing = (): Omit<PlannedMessage, 'received' | 'rejects'> => ({
    staged,
    device,
    tenant: owner,
    firstRow,
    ignored: 0,
    rows: 0,
    events: [],
  });
  if (staged.refusal !== undefined) {
    const count = Math.max(decoded.received, 1);
    const reject: Reject = { reason: 'malformed', field: '', message: staged.refusal, count };
    return { ...nothing(), received: count, rejects: [reject] };
  }
  if (device === undefined) {
    const unowned = unownedReject(staged, isKnownTenant);
    const rejects = unowned === undefined ? decoded.rejects : [unowned, ...decoded.rejects];
    return { ...nothing(), rejects, received: rejects.reduce((sum, { count }) => sum + count, 0) };
  }
  const badUnits: Reject[] = [];
  let { received } = decoded;
  let ignored = 0;
  for (const reading of decoded.readings) {
    const isArrival = reading.tsSource === 'arrival';
    if (isArrival && message.retain) {
      received -= 1;
      ignored += 1;
      continue;
    }
    const channel = device.channels.get(reading.quantity);
    if (channel === undefined || (reading.unit !== undefined && reading.unit !== channel.unit)) {
      badUnits.push(badUnit(reading, channel?.unit));
      continue;
    }
    if (isArrival && isRedelivered) continue;
    const row = batch.length;
    batch.channelId[row] = channel.channelId;
    batch.tsUs[row] = reading.tsUs;
    batch.value[row] = reading.value;
    batch.flags[row] =
      isArrival && message.sessionLost === true ? reading.flags | FLAG.atLeastOnce : reading.flags;
    batch.receivedAtUs[row] = message.receivedAtUs;
    batch.length += 1;
  }
  const hasOldArrivals = isRedelivered || message.retain;
  const events = hasOldArrivals
    ? decoded.events.filter(({ tsUs }) => tsUs !== message.receivedAtUs)
    : decoded.events;
  const rows = batch.length - firstRow;
  const rejects = badUnits.length === 0 ? decoded.rejects : [...decoded.rejects, ...badUnits];
  return { staged, device, tenant: owner, firstRow, rows, rejects, events, received, ignored };
}

/** Everything in a message of an unregistered device, as one entry. */
function unownedReject(
  { decoded, message }: StagedMessage,
  isKnownTenant: boolean,
): Reject | undefined {
  const { tenant, deviceId } = decoded;
  // A retained presence of a device nobody knows is repeated on each subscription and says nothing.
  // Nor is that of a device of a source anything to keep: devices without readings announce themselves, too.
  const isOwn = decoded.source === undefined && !message.retain;
  const presence = decoded.online !== undefined && isOwn ? 1 : 0;
  const count = decoded.readings.length + decoded.events.filter(isNews).length + presence;
  if (count === 0 || tenant === undefined || deviceId === undefined) return undefined;
  return isKnownTenant
    ? {
        reason: 'unknown_device',
        field: '',
        message: `${deviceId} is not registered in tenant ${tenant}; register it and replay this entry`,
        deviceId,
        count,
      }
    : {
        reason: 'unknown_tenant',
        field: '',
        message: `there is no tenant ${tenant}; correct the topic, or create the tenant and replay this entry`,
        deviceId,
        count,
      };
}

function badUnit(reading: FlaggedReading, channelUnit: string | undefined): Reject {
  const { quantity, deviceId, unit = '' } = reading;
  const message =
    channelUnit === undefined
      ? `${quantity} cannot be in ${unit}`
      : `the channel is in ${channelUnit}, this reading in ${unit}; units of a channel are never converted`;
  return { reason: 'bad_unit', field: quantity, message, deviceId, count: 1 };
}
