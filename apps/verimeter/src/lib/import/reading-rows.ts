import {
  EARLIEST_TS_US,
  FLAG,
  flagOfName,
  FUTURE_QUARANTINE_US,
  FUTURE_TOLERANCE_US,
  type QuarantineReason,
  findQuantity,
  normalizeUnit,
  parseTimestamp,
  sameUnit,
} from '@verimeter/telemetry';

/** A channel of the file: an existing one, or one that the next batch creates. */
export interface ImportChannel {
  readonly deviceId: string;
  readonly quantity: string;
  readonly unit: string;
  /** Undefined until the channel exists in the database. */
  channelId?: number;
}

export interface ReadingProblem {
  readonly reason: QuarantineReason;
  readonly field: string;
  readonly message: string;
}

const problem = (reason: QuarantineReason, field: string, message: string): ReadingProblem => ({
  reason,
  field,
  message,
});

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number, or what is wrong with it. */
export function parseValue(written: string): number | ReadingProblem {
  if (DECIMAL.test(written)) {
    const value = Number(written);
    return Number.isFinite(value)
      ? value
      : problem('not_finite', 'value', 'is beyond the range of a 64-bit float');
  }
  if (written === '') return problem('wrong_type', 'value', 'is empty');
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(written))
    return problem('not_finite', 'value', 'must be a finite number');
  return problem(
    'wrong_type',
    'value',
    /^[+-]?\d+,\d+$/.test(written)
      ? 'must be a number with a decimal point, not a comma'
      : 'must be a number',
  );
}

/** Parses times. The usual form `2026-11-23T07:15:00Z` is read without a regular expression, days remembered. */
export interface TimeReader {
  parse(written: string): number | ReadingProblem;
}

const DAY_CACHE_LIMIT = 4096;

const digitPair = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 99;
};

export function createTimeReader(): TimeReader {
  const days = new Map<string, number>();

  function usual(written: string): number | undefined {
    if (written.length !== 20 || written[19] !== 'Z' || written[10] !== 'T') return undefined;
    if (written[13] !== ':' || written[16] !== ':') return undefined;
    const hour = digitPair(written, 11);
    const minute = digitPair(written, 14);
    const second = digitPair(written, 17);
    if (hour > 23 || minute > 59 || second > 59) return undefined;
    const date = written.slice(0, 10);
    let dayUs = days.get(date);
    if (dayUs === undefined) {
      const parsed = parseTimestamp(`${date}T00:00:00Z`);
      if (!parsed.ok) return undefined;
      dayUs = parsed.tsUs;
      if (days.size >= DAY_CACHE_LIMIT) days.clear();
      days.set(date, dayUs);
    }
    return dayUs + (hour * 3600 + minute * 60 + second) * 1e6;
  }

  return {
    parse(written) {
      const fast = usual(written);
      if (fast !== undefined) return fast;
      const parsed = parseTimestamp(written);
      if (parsed.ok) return parsed.tsUs;
      return parsed.reason === 'missing_zone'
        ? problem('missing_zone', 'ts', 'has no time zone; add Z or an offset such as +07:00')
        : problem('bad_time', 'ts', 'must be a time such as 2026-11-23T07:15:00Z');
    },
  };
}

/** Flags of a reading by its time, or why the time cannot be true. */
export function judgeTime(tsUs: number, receivedAtUs: number): number | ReadingProblem {
  if (tsUs < EARLIEST_TS_US) return problem('implausible_time', 'ts', 'is before 2005');
  if (tsUs > receivedAtUs + FUTURE_QUARANTINE_US)
    return problem('implausible_time', 'ts', 'is more than 24 hours ahead');
  return tsUs > receivedAtUs + FUTURE_TOLERANCE_US ? FLAG.future : 0;
}

/** Column `ts_source` of an export; a file without it has the time of the device. */
const TIME_SOURCES: ReadonlyMap<string, number> = new Map([
  ['', 0],
  ['device', 0],
  ['gateway', FLAG.gatewayTime],
  ['server', FLAG.serverTime],
  ['arrival', FLAG.arrivalTime],
]);

/**
 * Flags of a reading that was exported, from its columns `quality` and `ts_source`; what depends on the time of arrival is judged anew.
 * `current` is checked only: in an export a value that did not replace the first one follows it, and is a conflict again.
 */
export function exportedFlags(cells: {
  readonly quality: string;
  readonly tsSource: string;
  readonly current: string;
}): number | ReadingProblem {
  let flags = 0;
  const source = TIME_SOURCES.get(cells.tsSource);
  if (source === undefined)
    return problem('wrong_type', 'ts_source', 'must be device, gateway, server or arrival');
  flags |= source;
  if (cells.quality !== '')
    for (const name of cells.quality.split(' ')) {
      const bit = flagOfName(name);
      if (bit === undefined)
        return problem('wrong_type', 'quality', `${name} is no quality code of an export`);
      if (bit !== FLAG.future) flags |= bit;
    }
  if (cells.current !== '' && cells.current !== 'true' && cells.current !== 'false')
    return problem('wrong_type', 'current', 'must be true or false');
  return flags;
}

/** Channels of the tenant, those that exist and those that the file brings. */
export interface ChannelDirectory {
  /** The channel of a row, or why there is none. A new channel takes the unit of its first row. */
  find(deviceId: string, quantity: string, unit: string): ImportChannel | ReadingProblem;
  has(deviceId: string): boolean;
  unknownDevice(deviceId: string): ReadingProblem;
  /** Channels without a channel id yet; the list is emptied. */
  takeNew(): ImportChannel[];
}

function unknownDevice(deviceId: string): ReadingProblem {
  return problem(
    'unknown_device',
    'device_id',
    deviceId === '' ? 'is empty' : 'no device of this name is registered; import devices first',
  );
}

/** A channel that the catalogue allows, in the unit of its first row. */
function newChannel(
  deviceId: string,
  name: string,
  written: string,
): ImportChannel | ReadingProblem {
  const quantity = findQuantity(name);
  if (quantity === undefined)
    return problem('unknown_quantity', 'quantity', `${name} is not in the catalogue of quantities`);
  if (written === '') return { deviceId, quantity: name, unit: quantity.unit };
  const allowed = [quantity.unit, ...(quantity.alternativeUnits ?? [])];
  if (!allowed.some((unit) => sameUnit(unit, written)))
    return problem(
      'bad_unit',
      'unit',
      `${name} is kept in ${allowed.join(' or ')}, not ${written}; values are not converted`,
    );
  return { deviceId, quantity: name, unit: normalizeUnit(written)?.unit ?? written };
}

export function createChannelDirectory(
  deviceIds: Iterable<string>,
  existing: Iterable<ImportChannel>,
): ChannelDirectory {
  const devices = new Map<string, Map<string, ImportChannel>>();
  for (const deviceId of deviceIds) devices.set(deviceId, new Map());
  for (const channel of existing) devices.get(channel.deviceId)?.set(channel.quantity, channel);
  let created: ImportChannel[] = [];

  return {
    has: (deviceId) => devices.has(deviceId),
    unknownDevice,
    find(deviceId, quantity, unit) {
      const channels = devices.get(deviceId);
      if (channels === undefined) return unknownDevice(deviceId);
      const known = channels.get(quantity);
      if (known !== undefined) {
        if (unit === '' || sameUnit(known.unit, unit)) return known;
        return problem(
          'bad_unit',
          'unit',
          `the channel is kept in ${known.unit}, not ${unit}; values are not converted`,
        );
      }
      const channel = newChannel(deviceId, quantity, unit);
      if ('reason' in channel) return channel;
      channels.set(quantity, channel);
      created.push(channel);
      return channel;
    },
    takeNew() {
      const taken = created;
      created = [];
      return taken;
    },
  };
}
