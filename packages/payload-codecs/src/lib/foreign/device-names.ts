import { isIdentifier } from '@verimeter/telemetry';
import { remembered } from './remember.ts';
import type { SourceSettings } from './source.ts';
import { type SourceFault, fault } from './source-faults.ts';

const TOKEN = /\{(id|topic:([1-9]\d?))\}/g;

/** What is wrong with a rule for device ids; undefined: nothing. @param isOneDevice whether all messages are of one, which the rule may name */
export function deviceRuleProblem(rule: string, isOneDevice = false): SourceFault | undefined {
  const rest = rule.replaceAll(TOKEN, '');
  if (/[{}]/.test(rest)) return fault('rule_braces');
  if (rest === rule && !isOneDevice) return fault('rule_same');
  return rest === '' || isIdentifier(rest) ? undefined : fault('rule_characters');
}

/**
 * The device id for a device as its dialect names it; undefined where none can be made of it. `/` becomes `:`, another character that a
 * device id cannot have `_`. The channel of a device with several of one quantity makes it a device of its own, `id:channel`.
 */
export function deviceIdOf(
  raw: string,
  channel: string,
  topic: string,
  settings: SourceSettings,
): string | undefined {
  let known = ids.get(settings);
  if (known === undefined) {
    known = rememberedIds(settings);
    ids.set(settings, known);
  }
  if (channel.includes(BETWEEN)) return makeId(raw, channel, topic, settings);
  if (known.ofTopic !== undefined) return ofTopic(known.ofTopic(topic), raw, channel, settings);
  return channel === '' ? known.ofName(raw) : known.ofChannel(channel + BETWEEN + raw);
}

const BETWEEN = '\0';

interface Ids {
  readonly ofName: (raw: string) => string | undefined;
  readonly ofChannel: (channelAndRaw: string) => string | undefined;
  /** Where the rule is another than {id}, which tells of the name alone. */
  readonly ofTopic: ((topic: string) => TopicId) | undefined;
}

/** The last id that was made on a topic: most topics are one device's. */
interface TopicId {
  readonly topic: string;
  raw: string | undefined;
  channel: string;
  id: string | undefined;
}

/** A device names itself in every message: what its id is, by source. */
const ids = new WeakMap<SourceSettings, Ids>();

function rememberedIds(settings: SourceSettings): Ids {
  return {
    ofName: remembered((raw) => makeId(raw, '', '', settings)),
    ofChannel: remembered((key) => {
      const end = key.indexOf(BETWEEN);
      return makeId(key.slice(end + 1), key.slice(0, end), '', settings);
    }),
    ofTopic:
      settings.deviceId === '{id}'
        ? undefined
        : remembered((topic) => ({ topic, raw: undefined, channel: '', id: undefined })),
  };
}

function ofTopic(
  last: TopicId,
  raw: string,
  channel: string,
  settings: SourceSettings,
): string | undefined {
  if (last.raw !== raw || last.channel !== channel) {
    last.id = makeId(raw, channel, last.topic, settings);
    last.raw = raw;
    last.channel = channel;
  }
  return last.id;
}

function makeId(
  raw: string,
  channel: string,
  topic: string,
  { devices, deviceId }: SourceSettings,
): string | undefined {
  const named = Object.hasOwn(devices, raw) ? devices[raw] : undefined;
  const own = named ?? (deviceId === '{id}' ? raw : fill(deviceId, raw, topic));
  const full = channel === '' ? own : `${own}:${channel}`;
  if (isIdentifier(full)) return full;
  const id = full
    .trim()
    .replaceAll('/', ':')
    .replaceAll(/[^A-Za-z0-9._:@-]/gu, '_');
  return own.trim() !== '' && isIdentifier(id) ? id : undefined;
}

function fill(rule: string, raw: string, topic: string): string {
  const levels = topic.split('/');
  return rule.replaceAll(TOKEN, (_, token: string, level: string | undefined) =>
    token === 'id' ? raw : (levels[Number(level) - 1] ?? ''),
  );
}
