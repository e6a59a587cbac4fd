import { chiSquareQuantile } from '@verimeter/statistics';

/** A rate of events with its exact 95 % interval (Garwood, 1936); null without exposure. */
export interface Rate {
  readonly events: number;
  readonly exposure: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Events per `per` units of exposure. */
export function poissonRate(events: number, exposure: number, per: number): Rate {
  if (!(exposure > 0)) return { events, exposure, value: null, low: null, high: null };
  const scale = per / exposure;
  return {
    events,
    exposure,
    value: events * scale,
    low: events === 0 ? 0 : (scale * chiSquareQuantile(0.025, 2 * events)) / 2,
    high: (scale * chiSquareQuantile(0.975, 2 * events + 2)) / 2,
  };
}
