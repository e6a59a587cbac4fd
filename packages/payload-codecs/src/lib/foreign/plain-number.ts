const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Whole numbers of up to 15 digits, and powers of ten up to 10^22, are exact doubles. */
const MOST_DIGITS = 15;

/**
 * The number in a payload that is nothing but one, such as `-2210` or `90211.437`: the usual form of a value alone on a topic, without a text made
 * of it. NaN: any other form, for `parseNumber`. A whole number over a power of ten is rounded once, as the text would be.
 */
export function plainNumber(payload: Uint8Array): number {
  const begin = payload[0] === MINUS ? 1 : 0;
  const { length } = payload;
  if (length === begin || length > begin + MOST_DIGITS + 1) return Number.NaN;
  let digits = 0;
  let pointAt = -1;
  for (let index = begin; index < length; index += 1) {
    const byte = payload[index] ?? 0;
    if (byte === POINT && pointAt < 0 && index > begin) pointAt = index;
    else if (byte >= ZERO && byte <= ZERO + 9) digits = digits * 10 + byte - ZERO;
    else return Number.NaN;
  }
  if (pointAt < 0 && length > begin + MOST_DIGITS) return Number.NaN;
  const size = pointAt < 0 ? digits : digits / 10 ** (length - 1 - pointAt);
  return begin === 1 ? -size : size;
}
