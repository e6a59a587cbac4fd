/** Further digits behind the point are those of binary fractions, no meter's. */
const MOST_PLACES = 15;
/** From here on `toFixed` writes exponents, and no double has a fraction. */
const WHOLE = 2 ** 52;

/**
 * A meter has few digits behind the point. They are found as in `moved` (conversions.ts), at a fifth of what the text of a number costs: two
 * decimal numbers of fewer than 16 digits are never the same double.
 */
const POWERS: readonly number[] = [1, 10, 100, 1000, 10_000];
const DECIMAL = 1e15;

/** Digits behind the decimal point of a number as it is written. */
function placesOf(value: number): number {
  if (Number.isInteger(value)) return 0;
  for (let places = 1; places < POWERS.length; places += 1) {
    const power = POWERS[places] ?? 1;
    const digits = Math.round(value * power);
    if (digits / power === value && Math.abs(digits) < DECIMAL) return places;
  }
  const text = String(value);
  const exponent = text.indexOf('e');
  if (exponent >= 0) return MOST_PLACES;
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : text.length - dot - 1;
}

function rounded(value: number, places: number): number {
  if (places <= 0 || places > MOST_PLACES || Math.abs(value) >= WHOLE) return value;
  const power = POWERS[places];
  if (power !== undefined) {
    const digits = Math.round(value * power);
    if (digits !== 0 && Math.abs(digits) < DECIMAL) return digits / power;
  }
  return Number(value.toFixed(places));
}

/** The sum of decimal numbers as on paper: 1.1 and 2.2 are 3.3, not 3.3000000000000003. */
export function decimalSum(values: readonly number[]): number {
  let sum = 0;
  let places = 0;
  for (const value of values) {
    sum += value;
    places = Math.max(places, placesOf(value));
  }
  return rounded(sum, places);
}

/** The product of two decimal numbers as on paper, such as pulses and the weight of one. */
export function decimalProduct(left: number, right: number): number {
  return rounded(left * right, placesOf(left) + placesOf(right));
}
