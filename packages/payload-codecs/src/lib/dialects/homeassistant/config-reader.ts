import type { MessageFindings } from '../../foreign/message-findings.ts';
import { remembered } from '../../foreign/remember.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import { type JsonObject, isObject, member } from '../../json.ts';
import { type Config, type Entity, type Refusal, readEntity } from './entity.ts';

/*
 * config topic = prefix "/" component "/" [ node "/" ] object "/config" ; retained ; empty: the entity is gone (HA-01)
 * prefix       = option discovery_prefix, "homeassistant"
 * payload      = config of an entity, of component sensor  /  of component device: shared members and "cmps" (components) of objects with
 *                "p" (platform): the entities
 * Other components (switches, lights, …) hold no readings.
 */

const MOST_COMPONENTS = 1000;
/** Characters of the configs whose text is remembered; beyond, the memory starts afresh. */
const MOST_CHARACTERS = 8_000_000;

/** Whose config a topic brings; `object`: the levels between component and "config". */
interface ConfigTopic {
  readonly component: 'sensor' | 'device';
  readonly object: string;
}

/** What a config says, in its order. */
type ConfigEntities = readonly (Entity | Refusal)[];

/**
 * Reads configs of one source. Whatever starts anew, a device, Home Assistant or the connection to the broker, brings every config again as it was:
 * so what is known by its text is not read again.
 */
export class ConfigReader {
  readonly #topicOf: (topic: string) => ConfigTopic | null;
  readonly #known = new Map<string, { readonly text: string; readonly entities: ConfigEntities }>();
  #size = 0;

  /** @param prefix with its slash */
  constructor(prefix: string) {
    this.#topicOf = remembered((topic) => configTopic(topic.slice(prefix.length)));
  }

  /** Undefined: the config says nothing here, or is rejected already. */
  read(findings: MessageFindings): ConfigEntities | undefined {
    const { topic, payload } = findings.message;
    const where = this.#topicOf(topic);
    if (where === null) return undefined;
    if (payload.length === 0) return NONE;
    const text = findings.text();
    if (text === undefined) return undefined;
    const known = this.#known.get(topic);
    if (known?.text === text) return known.entities;
    const config = findings.json();
    if (config === undefined) return undefined;
    if (!isObject(config)) {
      findings.reject('wrong_type', '', 'a config is an object');
      return undefined;
    }
    const entities = entitiesIn(config, where, findings.settings);
    this.#remember(topic, text, entities);
    return entities;
  }

  #remember(topic: string, text: string, entities: ConfigEntities): void {
    const before = this.#known.get(topic);
    if (before !== undefined) this.#size -= sizeOf(topic, before.text);
    this.#size += sizeOf(topic, text);
    if (this.#size > MOST_CHARACTERS) {
      this.#known.clear();
      this.#size = sizeOf(topic, text);
    }
    this.#known.set(topic, { text, entities });
  }
}

/** Characters, and about as many as what is kept beside the texts. */
const sizeOf = (topic: string, text: string): number => topic.length + text.length + 200;
const NONE: ConfigEntities = [];

/** Null: of no component that has readings. @param path without the prefix */
function configTopic(path: string): ConfigTopic | null {
  const [component, ...levels] = path.split('/');
  if (component !== 'sensor' && component !== 'device') return null;
  return { component, object: levels.slice(0, -1).join('_') };
}

function entitiesIn(
  config: JsonObject,
  { component, object }: ConfigTopic,
  settings: SourceSettings,
): (Entity | Refusal)[] {
  const found: (Entity | Refusal)[] = [];
  const add = (name: string, part: Config): void => {
    const read = readEntity(part, name, settings);
    if (read !== undefined) found.push(read);
  };
  if (component === 'sensor') add(object, { own: config, shared: undefined });
  else for (const [key, own] of sensorsOf(config)) add(`${object}_${key}`, { own, shared: config });
  return found;
}

/** The parts of a device (HA: `cmps`) that are sensors. Without platform a part is gone. */
function sensorsOf(config: JsonObject): [key: string, part: JsonObject][] {
  const parts = member(config, 'components') ?? member(config, 'cmps');
  if (!isObject(parts)) return [];
  const sensors: [key: string, part: JsonObject][] = [];
  for (const key of Object.keys(parts).slice(0, MOST_COMPONENTS)) {
    const part = parts[key];
    if (!isObject(part) || Object.keys(part).length < 2) continue;
    if ((member(part, 'platform') ?? member(part, 'p')) === 'sensor') sensors.push([key, part]);
  }
  return sensors;
}
