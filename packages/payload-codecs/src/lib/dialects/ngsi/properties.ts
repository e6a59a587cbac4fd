import { nameOf } from '../../foreign/numbers.ts';
import { type PointTime, type TimeContext, textTime } from '../../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';

/*
 * attribute  = normalised { "type": "Property", "value", "unitCode", "observedAt", "observedBy": { "object" }, "datasetId" }
 *            / concise    { "value", … } / key-value: the value itself
 *            / array of the first two, one for each "datasetId"
 *            / NGSI-v2    { "type", "value", "metadata": { "unitCode": { "value" }, "TimeInstant": { "value" } } }
 * value      = JSON / { "@type", "@value" }
 */

export interface Property {
  readonly value: JsonValue | undefined;
  readonly unitCode: string | undefined;
  readonly observedAt: JsonValue | undefined;
  readonly observedBy: string | undefined;
  readonly datasetId: string | undefined;
}

/** One property of an attribute. Also of a key-value entity, whose values may be objects. */
export function propertyOf(attribute: JsonValue | undefined): Property {
  if (!isObject(attribute) || !Object.hasOwn(attribute, 'value'))
    return {
      value: unwrapped(attribute),
      unitCode: undefined,
      observedAt: undefined,
      observedBy: undefined,
      datasetId: undefined,
    };
  const metadata = member(attribute, 'metadata');
  const meta = (name: string): JsonValue | undefined =>
    isObject(metadata) ? unwrapped(valueOf(member(metadata, name))) : undefined;
  return {
    value: unwrapped(attribute['value']),
    unitCode: nameOf(member(attribute, 'unitCode') ?? meta('unitCode')),
    observedAt:
      unwrapped(member(attribute, 'observedAt')) ?? meta('TimeInstant') ?? meta('timestamp'),
    observedBy: relationOf(member(attribute, 'observedBy')),
    datasetId: nameOf(member(attribute, 'datasetId')),
  };
}

const valueOf = (raw: JsonValue | undefined): JsonValue | undefined =>
  isObject(raw) && Object.hasOwn(raw, 'value') ? raw['value'] : raw;

const unwrapped = (raw: JsonValue | undefined): JsonValue | undefined =>
  isObject(raw) && Object.hasOwn(raw, '@value') ? raw['@value'] : raw;

/** What a relationship points at, in whichever form; the first where there are several. */
export function relationOf(raw: JsonValue | undefined): string | undefined {
  const one = Array.isArray(raw) ? raw[0] : raw;
  const target = isObject(one) ? (member(one, 'object') ?? member(one, 'value')) : one;
  return nameOf(Array.isArray(target) ? target[0] : target);
}

/** When an entity was observed, for attributes that do not say; of an interval its end. */
export function entityTime(entity: JsonObject, times: TimeContext): PointTime {
  const stamp =
    propertyOf(member(entity, 'dateObserved')).value ??
    propertyOf(member(entity, 'TimeInstant')).value;
  return typeof stamp === 'string' && stamp.includes('/')
    ? textTime(stamp.slice(stamp.indexOf('/') + 1), times)
    : textTime(stamp, times);
}
