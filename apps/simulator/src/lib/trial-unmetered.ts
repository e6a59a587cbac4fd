import { STEPS_PER_DAY } from './calendar.ts';
import { dayLoad, LEAD_STEPS, type LoadBuffer } from './load-buffer.ts';
import { randomStream, STREAM } from './random.ts';

/**
 * A load that no meter counts. Street light: on from dusk to dawn. Telecom: there all day, more by day, with a compressor that
 * switches. Theft: a tap used on most evenings for some hours, in pieces.
 */
export interface UnmeteredLoad {
  readonly kind: 'street-light' | 'telecom' | 'theft';
  /** While it is on; of the telecom cabinet its mean. */
  readonly watts: number;
}

/** Hours after local midnight; dusk is a few minutes later in the season of these trials' first days than a month on. */
const DUSK = 17.85;
const DAWN = 5.7;
const MINUTE = 1 / 60;

/** Writes the load to the ports from `first` on; a street light has three, as light columns are spread over the phases. */
export function writeUnmetered(
  buffer: LoadBuffer,
  load: UnmeteredLoad,
  ports: { readonly first: number; readonly count: number },
  keys: { readonly seed: number; readonly area: number; readonly index: number },
): void {
  const days = Math.ceil(buffer.steps / STEPS_PER_DAY) + 1;
  for (let day = -1; day <= days; day += 1) {
    const random = randomStream(keys.seed, STREAM.trial, keys.area, 6, keys.index, day);
    const write = dayLoad(buffer, ports.first, ports.count, day);
    const spread = (start: number, hours: number, watts: number, tan: number): void => {
      for (let port = 0; port < ports.count; port += 1)
        write.add(port, start, hours, watts / ports.count, tan);
    };
    switch (load.kind) {
      case 'street-light': {
        const on = DUSK - 0.4 * MINUTE * day + 3 * MINUTE * random.normal();
        const off = DAWN + 0.4 * MINUTE * day + 3 * MINUTE * random.normal();
        spread(on, 24 - on, load.watts, 0.4);
        spread(0, off, load.watts, 0.4);
        break;
      }
      case 'telecom':
        for (let hour = 0; hour < 24; hour += 0.5) {
          const traffic = 0.85 + 0.15 * Math.sin((2 * Math.PI * (hour - 10)) / 24);
          spread(hour, 0.5, 0.6 * load.watts * traffic, 0.2);
          const on =
            0.5 * Math.min(1, (hour > 9 && hour < 18 ? 0.75 : 0.5) + 0.1 * random.normal());
          spread(hour + (0.5 - on) * random.next(), on, 0.8 * load.watts, 0.5);
        }
        break;
      case 'theft': {
        if (!random.chance(0.75)) break;
        const start = random.uniform(17.5, 20);
        const end = random.uniform(21, 23.9);
        for (let hour = start; hour < end; hour += 0.4)
          if (random.chance(0.8)) write.add(0, hour, 0.4, load.watts, 0.15);
        break;
      }
      default:
        load.kind satisfies never;
    }
  }
}

/** Sets the loads of ports to zero outside of a span of days: the customer hangs on another transformer then. */
export function onlyBetween(
  buffer: LoadBuffer,
  ports: { readonly first: number; readonly count: number },
  days: { readonly fromDay: number; readonly toDay: number },
): void {
  const stepAt = (day: number): number =>
    Math.max(0, Math.min(buffer.steps, Math.round(day * STEPS_PER_DAY) + LEAD_STEPS));
  for (let port = ports.first; port < ports.first + ports.count; port += 1)
    for (const series of [buffer.active, buffer.reactive]) {
      const own = series.subarray(port * buffer.steps, (port + 1) * buffer.steps);
      own.fill(0, 0, stepAt(days.fromDay));
      own.fill(0, stepAt(days.toDay));
    }
}
