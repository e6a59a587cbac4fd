import type { DialectState } from '../../foreign/dialect.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { arrivalTime } from '../../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';
import { type Entity, type Refusal, readEntity } from './entity.ts';
import { EntityMemory, type KnownEntity } from './entity-memory.ts';

/*
 * config topic = prefix "/" component "/" [ node "/" ] object "/config" ; retained ; empty: the entity is gone (HA-01)
 * prefix       = option discovery_prefix, "homeassistant"
 * payload      = config of an entity, of component sensor  /  of component device: shared members and "cmps" (components) of objects with
 *                "p" (platform): the entities
 * Other components (switches, lights, …) hold no readings.
 */

const DEFAULT_PREFIX = 'homeassistant';
const MOST_COMPONENTS = 1000;

/** Learns from configs where values come and what they are, and reads them. */
export class Discovery {
  readonly #memory: EntityMemory;
  readonly #prefix: string;
  readonly #mayMove: boolean;

  constructor(options: Readonly<Record<string, boolean | number | string>>, state: DialectState) {
    const prefix = options['discovery_prefix'];
    this.#memory = new EntityMemory(state);
    this.#prefix = `${typeof prefix === 'string' && prefix !== '' ? prefix : DEFAULT_PREFIX}/`;
    this.#mayMove = options['accept_moves'] === true;
  }

  /** False: the topic is neither that of a config nor one that a config named. */
  decode(findings: MessageFindings): boolean {
    const { topic } = findings.message;
    if (topic.startsWith(this.#prefix)) {
      findings.silent();
      if (topic.endsWith('/config')) this.#config(findings);
      return true;
    }
    const known = this.#memory.entitiesOf(topic);
    if (known === undefined) return false;
    findings.silent();
    if (known.length > 0) readState(findings, known);
    return true;
  }

  #config(findings: MessageFindings): void {
    const { topic, payload, replayed = false } = findings.message;
    const [component = '', ...levels] = topic.slice(this.#prefix.length).split('/');
    if (component !== 'sensor' && component !== 'device') return;
    const object = levels.slice(0, -1).join('_');
    const found: Entity[] = [];
    const refused: Refusal[] = [];
    const unmoved: Entity[] = [];
    if (payload.length > 0) {
      const config = findings.json();
      if (config === undefined) return;
      if (!isObject(config)) {
        findings.reject('wrong_type', '', 'a config is an object');
        return;
      }
      for (const [name, part] of component === 'device'
        ? partsOf(config, object)
        : ([[object, config]] as const)) {
        const read = readEntity(part, name, findings.settings);
        if (read === undefined) continue;
        if ('reason' in read) refused.push(read);
        else {
          const problem = this.#memory.moveOf(topic, read, this.#mayMove);
          if (problem === undefined) found.push(read);
          else {
            refused.push(problem);
            unmoved.push(read);
          }
        }
      }
    }
    // What a broker repeats was refused before, and is in quarantine.
    const isNews = replayed || this.#memory.isNewRefusal(topic, refused);
    if (isNews)
      for (const { reason, field, message } of refused) findings.reject(reason, field, message);
    if (replayed) {
      this.#memory.addRefused(topic, found, refused);
      return;
    }
    if (!this.#memory.keep(topic, found, refused, unmoved))
      findings.reject('too_large', '', 'the source knows as many entities as it may');
  }
}

/** The entities of a device: members of each over those shared (HA: `cmps`). Without platform sensor they are of another kind. */
function partsOf(config: JsonObject, object: string): [name: string, part: JsonObject][] {
  const parts = member(config, 'components') ?? member(config, 'cmps');
  if (!isObject(parts)) return [];
  const { components: _, cmps: __, ...shared } = config;
  return Object.entries(parts)
    .slice(0, MOST_COMPONENTS)
    .flatMap(([key, part]): [string, JsonObject][] => {
      if (!isObject(part) || Object.keys(part).length < 2) return [];
      const platform = member(part, 'platform') ?? member(part, 'p');
      return platform === 'sensor' ? [[`${object}_${key}`, { ...shared, ...part }]] : [];
    });
}

function readState(findings: MessageFindings, known: readonly KnownEntity[]): void {
  const text = findings.text()?.trim();
  if (text === undefined || text === '') return;
  const time = arrivalTime(findings.message.receivedAtUs);
  let json: JsonValue | undefined;
  for (const { device, uid, channel, path, places, quantity, unit } of known) {
    let value: JsonValue | undefined = text;
    if (path !== null) {
      json ??= findings.json();
      if (json === undefined) return;
      value = valueAt(json, path);
    }
    findings.device(device, channel)?.point(quantity, rounded(value, places), unit, time, uid);
  }
}

function valueAt(json: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const name of path) value = isObject(value) ? member(value, name) : undefined;
  return value;
}

function rounded(value: JsonValue | undefined, places: number | null): JsonValue | undefined {
  if (places === null) return value;
  const number = numberOf(value);
  return number === undefined ? value : Number(number.toFixed(places));
}
