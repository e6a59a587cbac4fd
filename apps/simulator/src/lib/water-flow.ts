import type { Closure } from './water-closures.ts';

/** One use of water at a constant flow. Seconds since grid point 0. */
export interface WaterDraw {
  readonly startS: number;
  readonly seconds: number;
  /** L/h at the nominal pressure. */
  readonly litresPerHour: number;
  /** A tap that is open for a time gives more under pressure; a cistern fills to its mark whatever the pressure. */
  readonly pressured: boolean;
}

/** Flow of one customer, constant between neighbouring times; value i from times[i] to times[i + 1]. L/h. */
export interface FlowProfile {
  readonly times: Float64Array;
  readonly fixed: Float64Array;
  readonly pressured: Float64Array;
}

/** What passes the meter of a home: forward, and back into the main where something makes it. */
export interface HomeFlow {
  readonly forward: FlowProfile;
  readonly back: FlowProfile | undefined;
  /** Air that the register counts as water, in a pipe that is shut now and then. */
  readonly air?: {
    readonly forward: FlowProfile;
    readonly back: FlowProfile;
    readonly closures: readonly Closure[];
  };
}

/** Adds up draws that may run at the same time: a meter sees their sum, and its error depends on that. */
export function flowProfile(
  draws: readonly WaterDraw[],
  [fromS, toS]: readonly [number, number],
): FlowProfile {
  const edges: { at: number; fixed: number; pressured: number }[] = [];
  for (const { startS, seconds, litresPerHour, pressured } of draws) {
    const from = Math.max(fromS, startS);
    const to = Math.min(toS, startS + seconds);
    if (to <= from || litresPerHour <= 0) continue;
    const fixed = pressured ? 0 : litresPerHour;
    const other = pressured ? litresPerHour : 0;
    edges.push({ at: from, fixed, pressured: other }, { at: to, fixed: -fixed, pressured: -other });
  }
  edges.sort((a, b) => a.at - b.at);
  const times = new Float64Array(edges.length + 2);
  const fixed = new Float64Array(edges.length + 1);
  const pressured = new Float64Array(edges.length + 1);
  times[0] = fromS;
  let sumFixed = 0;
  let sumPressured = 0;
  edges.forEach((edge, index) => {
    times[index + 1] = edge.at;
    sumFixed += edge.fixed;
    sumPressured += edge.pressured;
    fixed[index + 1] = positive(sumFixed);
    pressured[index + 1] = positive(sumPressured);
  });
  times[edges.length + 1] = toS;
  return { times, fixed, pressured };
}

/** What is left of a sum after its parts were taken away again is rounding, not a leak of a nanolitre. */
const positive = (flow: number): number => (flow < 1e-6 ? 0 : flow);

/** Pieces of a profile in order, cut at every step: `use(step, hours, fixed, pressured)`, flows in L/h. */
export function eachPiece(
  profile: FlowProfile,
  {
    fromS,
    stepS,
    steps,
  }: { readonly fromS: number; readonly stepS: number; readonly steps: number },
  use: (step: number, hours: number, fixed: number, pressured: number) => void,
): void {
  const { times, fixed, pressured } = profile;
  for (let piece = 0; piece < fixed.length; piece += 1) {
    const a = fixed[piece] ?? 0;
    const b = pressured[piece] ?? 0;
    if (a === 0 && b === 0) continue;
    const end = times[piece + 1] ?? 0;
    let at = times[piece] ?? 0;
    let step = Math.floor((at - fromS) / stepS);
    while (at < end && step < steps) {
      const cut = Math.min(end, fromS + (step + 1) * stepS);
      if (cut > at) use(step, (cut - at) / 3600, a, b);
      at = cut;
      step += 1;
    }
  }
}
