/** Registers of fewer digits than that are not read remotely. */
const LEAST_MODULUS = 1000;
/** Counters of 32 bits, in whole units down to thousandths. */
const BINARY_MODULI: readonly number[] = [1, 10, 100, 1000].map((parts) => 2 ** 32 / parts);
/** A register that starts again stood within this share of its end. */
const NEAR_END = 0.01;

/** The value at which a register would start again from 0 that shows `value` shortly before: the next power of ten. */
export function nextModulus(value: number): number {
  let modulus = LEAST_MODULUS;
  while (modulus <= value) modulus *= 10;
  return modulus;
}

/** Where a register that fell started again from 0 so that it counted `most` at most; undefined: it did not. */
export function wrapsAt(
  before: number,
  after: number,
  most: number,
  known: number | undefined,
): number | undefined {
  const candidates = known === undefined ? [nextModulus(before), ...BINARY_MODULI] : [known];
  return candidates.find(
    (modulus) =>
      before < modulus &&
      modulus - before <= NEAR_END * modulus &&
      modulus - before + after <= most,
  );
}
