import type { Estimated, FrozenArea, JudgedArea } from '@verimeter/drift';
import { fromBytes, toBytes } from './coded-bytes.ts';

/** What is kept of an area from night to night: where it goes on from, and what was said of it that waits for the fleet. */
export interface KeptArea {
  readonly groupId: string;
  /** Of the fleet's state that it belongs to: another one does not know what arrived since. */
  readonly generation: string;
  readonly registered: RegisteredFacts;
  /** As-of of what was published. Microseconds since 1970, as all instants here. */
  readonly asOfUs: number;
  /** As-of of the last full analysis. */
  readonly fullUs: number;
  /** Readings that arrived before this are in it, but for those on their way for longer than `ON_THE_WAY_US`. */
  readonly markUs: number;
  /** Checksum of what had come late and was looked at; 0: nothing. */
  readonly arrivals: number;
  /** Checksum of the readings of the last hours before its last interval ended: the next night reads them again. */
  readonly tail: number;
  /** Answers that the fleet's lists decide. */
  readonly waiting: readonly Estimated[];
  /** What the fleet learns from it; null: nothing. */
  readonly learned: JudgedArea | null;
  /** Whether the meters of the tenant are still to be looked through for a customer in no list. */
  readonly asks: boolean;
  /** Meters in no list of it that explained most when they were last looked for. */
  readonly strangers: readonly string[];
  /** Null where it cannot go on: each night is a full analysis. */
  readonly area: FrozenArea | null;
}

/** Checksums of what the registry says of an area. */
export interface RegisteredFacts {
  readonly members: number;
  readonly devices: number;
}

/**
 * As it is in a file. Products of blocks and slopes are in single precision, beside the rest: it leaves 6e-8 of a product, and less
 * than 1e-4 of any standard error. Of the information matrix the lower triangle is kept: docs/decisions/0088.
 */
interface KeptInFile {
  readonly kept: KeptArea;
  readonly blockRows: Float32Array;
  readonly slopes: readonly Float32Array[];
}

const NONE = new Float64Array();

export function keptToBytes(kept: KeptArea): Uint8Array<ArrayBuffer> {
  const { area } = kept;
  if (area === null)
    return toBytes({ kept, blockRows: new Float32Array(), slopes: [] } satisfies KeptInFile);
  const { gram, p, blockRows } = area.sums;
  const fits = area.units.voltage?.model.fits ?? [];
  return toBytes({
    kept: {
      ...kept,
      area: {
        ...area,
        sums: { ...area.sums, gram: lowerTriangle(gram, p), blockRows: NONE },
        units: withSlopes(
          area.units,
          fits.map(() => NONE),
        ),
      },
    },
    blockRows: new Float32Array(blockRows),
    slopes: fits.map(({ slopes }) => new Float32Array(slopes)),
  } satisfies KeptInFile);
}

export function keptFromBytes(bytes: Uint8Array): KeptArea | undefined {
  const file: KeptInFile | undefined = fromBytes(bytes);
  if (file === undefined) return undefined;
  const { kept, blockRows, slopes } = file;
  const { area } = kept;
  if (area === null) return kept;
  const { gram, p } = area.sums;
  return {
    ...kept,
    area: {
      ...area,
      sums: { ...area.sums, gram: bothTriangles(gram, p), blockRows: new Float64Array(blockRows) },
      units: withSlopes(
        area.units,
        slopes.map((values) => new Float64Array(values)),
      ),
    },
  };
}

function withSlopes(
  units: FrozenArea['units'],
  slopes: readonly Float64Array[],
): FrozenArea['units'] {
  const { voltage } = units;
  if (voltage === undefined) return units;
  const fits = voltage.model.fits.map((fit, k) => ({ ...fit, slopes: slopes[k] ?? NONE }));
  return { ...units, voltage: { ...voltage, model: { ...voltage.model, fits } } };
}

function lowerTriangle(matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) {
    out.set(matrix.subarray(i * n, i * n + i + 1), next);
    next += i + 1;
  }
  return out;
}

function bothTriangles(lower: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = lower[next++] ?? Number.NaN;
  return out;
}
