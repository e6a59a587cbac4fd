import { decode } from 'cborg';
import { type JsonObject, type JsonParse, type JsonValue, printable } from '../../json.ts';

/*
 * RFC 8428, 6: a pack in CBOR is an array of maps with integer labels (SE-07); a label that is a text is a field of that name.
 * Numbers may be decimal fractions (tag 4: [exponent, mantissa]) and big floats (tag 5, base 2).
 */

const LABELS: Readonly<Record<string, string>> = {
  '-1': 'bver',
  '-2': 'bn',
  '-3': 'bt',
  '-4': 'bu',
  '-5': 'bv',
  '-6': 'bs',
  '0': 'n',
  '1': 'u',
  '2': 'v',
  '3': 'vs',
  '4': 'vb',
  '5': 's',
  '6': 't',
  '7': 'ut',
  '8': 'vd',
};

/** Whether bytes can be a CBOR array (major type 4): no JSON text begins so. */
export const isCborArray = (first: number | undefined): boolean =>
  first !== undefined && first >= 0x80 && first <= 0x9f;

/** A pack in CBOR as the JSON it would be. */
export function parseCborPack(payload: Uint8Array): JsonParse {
  try {
    const value: unknown = decode(payload, {
      useMaps: true,
      tags: {
        4: (read) => fraction(read(), 10),
        5: (read) => fraction(read(), 2),
      },
    });
    return { ok: true, value: Array.isArray(value) ? value.map(recordOf) : null };
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unreadable';
    return { ok: false, reason: 'malformed', message: `not CBOR: ${printable(cause)}` };
  }
}

function fraction(pair: unknown, base: 2 | 10): number {
  const [exponent, mantissa]: unknown[] = Array.isArray(pair) ? pair : [];
  const [power, digits] = [scalar(exponent), scalar(mantissa)];
  if (typeof power !== 'number' || typeof digits !== 'number') return Number.NaN;
  return base === 10 ? Number(`${digits}e${power}`) : digits * 2 ** power;
}

function recordOf(record: unknown): JsonValue {
  if (!(record instanceof Map)) return null;
  const fields: JsonObject = {};
  for (const [label, value] of record as Map<unknown, unknown>) {
    const name = typeof label === 'string' ? label : LABELS[String(label)];
    if (name !== undefined && name !== '__proto__') fields[name] = scalar(value);
  }
  return fields;
}

/** A field of a record holds one value; of others only that they are there matters. */
function scalar(value: unknown): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
