import type { DialectState } from '../../foreign/dialect.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { plainNumber } from '../../foreign/plain-number.ts';
import { arrivalTime } from '../../foreign/times.ts';
import { type JsonValue, isObject, member } from '../../json.ts';
import { ConfigReader } from './config-reader.ts';
import type { Entity, Refusal } from './entity.ts';
import { EntityMemory } from './entity-memory.ts';
import type { KnownEntity } from './entity-records.ts';

const DEFAULT_PREFIX = 'homeassistant';

/** Learns from configs where values come and what they are, and reads them. */
export class Discovery {
  readonly #memory: EntityMemory;
  readonly #configs: ConfigReader;
  readonly #prefix: string;
  readonly #mayMove: boolean;

  constructor(options: Readonly<Record<string, boolean | number | string>>, state: DialectState) {
    const prefix = options['discovery_prefix'];
    this.#memory = new EntityMemory(state);
    this.#prefix = `${typeof prefix === 'string' && prefix !== '' ? prefix : DEFAULT_PREFIX}/`;
    this.#configs = new ConfigReader(this.#prefix);
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
    const { topic, replayed = false } = findings.message;
    const config = this.#configs.read(findings);
    if (config === undefined) return;
    const found: Entity[] = [];
    const refused: Refusal[] = [];
    const unmoved: Entity[] = [];
    for (const read of config) {
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
    // What a broker repeats was refused before, and is in quarantine.
    if (refused.length > 0 && (replayed || this.#memory.isNewRefusal(topic, refused)))
      for (const { reason, field, message } of refused) findings.reject(reason, field, message);
    if (replayed) {
      this.#memory.addRefused(topic, found, refused);
      return;
    }
    if (!this.#memory.keep(topic, found, refused, unmoved))
      findings.reject('too_large', '', 'the source knows as many entities as it may');
  }
}

const OPENING_BRACE = 0x7b;

function readState(findings: MessageFindings, known: readonly KnownEntity[]): void {
  const { payload, receivedAtUs } = findings.message;
  let whole: number | string | undefined;
  if (payload[0] !== OPENING_BRACE) {
    whole = wholeOf(findings);
    if (whole === undefined || whole === '') return;
  }
  const time = arrivalTime(receivedAtUs);
  let json: JsonValue | undefined;
  for (const { device, uid, channel, path, places, quantity, unit } of known) {
    let value: JsonValue | undefined;
    if (path === null) {
      whole ??= wholeOf(findings);
      if (whole === undefined) return;
      value = whole;
    } else {
      json ??= findings.json();
      if (json === undefined) return;
      value = valueAt(json, path);
    }
    findings.device(device, channel)?.point(quantity, rounded(value, places), unit, time, uid);
  }
}

/** The payload where it is the value itself: the number that it is, or its text; undefined: it is too large, and rejected. */
function wholeOf(findings: MessageFindings): number | string | undefined {
  const plain = plainNumber(findings.message.payload);
  return Number.isNaN(plain) ? findings.text()?.trim() : plain;
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
