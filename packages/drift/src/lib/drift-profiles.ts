import type { DriftKind } from './drift-sizes.ts';

/** Shape of a drift over the blocks of the window, 1 at the last block. */
export interface Profile {
  readonly kind: DriftKind;
  readonly shape: Float64Array;
  /** Prior weight within its kind; those of a kind add up to 1. */
  readonly weight: number;
  /** Block at which the drift begins; negative where before the window. */
  readonly start: number;
  /** Growth within each block, per block, as a share of the size; zero but for ramps. */
  readonly growth: Float64Array;
}

/** Share of its size that a drift has reached at a time, counted in blocks from the start of the window; what grows at its end goes on. */
export function shareAt(
  { shape, growth }: Pick<Profile, 'shape' | 'growth'>,
  time: number,
): number {
  const block = Math.max(0, Math.min(shape.length - 1, Math.floor(time)));
  return (shape[block] as number) + (growth[block] as number) * (time - block - 0.5);
}

/** Ramps that end within the window: their starts and ends lie so many blocks apart. */
const ENDED_STEP = 2;
/** A ramp that ends sooner after its start is a step. */
const SHORTEST_RAMP = 3;

/** Constant, steps at each block, ramps that begin before the window or at a block of it and last to its end or stop in it. */
export function driftProfiles(blocks: number): Profile[] {
  const none = new Float64Array(blocks);
  const steps: Omit<Profile, 'weight'>[] = [];
  for (let start = 1; start < blocks; start++)
    steps.push({
      kind: 'step',
      start,
      growth: none,
      shape: Float64Array.from({ length: blocks }, (_, d) => (d >= start ? 1 : 0)),
    });
  const ramps: Omit<Profile, 'weight'>[] = [];
  const ramp = (start: number, end: number): void => {
    const rate = 1 / (end - start);
    const lasts = end >= blocks - 0.5;
    const reached = (time: number): number => {
      const share = Math.max(0, (time - start) * rate);
      return lasts ? share : Math.min(1, share);
    };
    ramps.push({
      kind: 'ramp',
      start,
      growth: Float64Array.from({ length: blocks }, (_, d) => reached(d + 1) - reached(d)),
      shape: Float64Array.from({ length: blocks }, (_, d) => reached(d + 0.5)),
    });
  };
  for (const before of [2, 1, 0.4]) ramp(-before * blocks, blocks - 0.5);
  for (let start = 0; start <= blocks - SHORTEST_RAMP; start++) ramp(start, blocks - 0.5);
  const endedFrom = (start: number): void => {
    for (let end = Math.max(0, start) + SHORTEST_RAMP; end < blocks; end += ENDED_STEP)
      ramp(start, end);
  };
  endedFrom(-0.4 * blocks);
  for (let start = 0; start < blocks; start += ENDED_STEP) endedFrom(start);
  const alike = (list: readonly Omit<Profile, 'weight'>[]): Profile[] =>
    list.map((profile) => ({ ...profile, weight: 1 / list.length }));
  return [
    {
      kind: 'constant',
      start: 0,
      growth: none,
      shape: new Float64Array(blocks).fill(1),
      weight: 1,
    },
    ...alike(steps),
    ...alike(ramps),
  ];
}

const byBlocks = new Map<number, readonly Profile[]>();

/** `driftProfiles`, formed once for all areas with so many blocks. */
export function profilesOf(blocks: number): readonly Profile[] {
  let profiles = byBlocks.get(blocks);
  if (profiles === undefined) byBlocks.set(blocks, (profiles = driftProfiles(blocks)));
  return profiles;
}
