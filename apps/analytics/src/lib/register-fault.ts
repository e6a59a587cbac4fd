import type { Evidence, StoredRegisterEvent } from '@verimeter/registry';
import type { Indication, Recommendation, RegisterEventKind } from '@verimeter/telemetry';

const DAY_US = 86_400e6;
const WITHIN_DAYS = 30;
/** One may be an exchange that nobody has confirmed yet, two an exchange and its repair. */
const REPEATED = 3;
const UNEXPLAINED: ReadonlySet<RegisterEventKind> = new Set(['reset', 'swap', 'glitch']);
/** What is said where nothing stronger is known of a meter; the others go before a fault of its register. */
const GIVES_WAY: ReadonlySet<Indication> = new Set([
  'within_limits',
  'not_resolvable',
  'insufficient_data',
]);

/** A register that again and again does what consumption cannot explain, and nobody has explained; undefined: it does not. */
export function registerFault(
  events: readonly StoredRegisterEvent[],
  quantity: string,
  asOfUs: number,
): Evidence | undefined {
  const count = events.filter(
    (event) =>
      event.quantity === quantity &&
      event.state === 'open' &&
      UNEXPLAINED.has(event.kind) &&
      event.tsUs <= asOfUs &&
      event.tsUs > asOfUs - WITHIN_DAYS * DAY_US,
  ).length;
  return count < REPEATED
    ? undefined
    : { code: 'register_events', values: { count, days: WITHIN_DAYS } };
}

interface Said {
  readonly indication: Indication;
  readonly recommendation: Recommendation;
  readonly evidence: readonly Evidence[];
}

/** What is said of a device with a fault of its register. An estimate stays: it rests on the intervals that are known. */
export function withRegisterFault(said: Said, fault: Evidence | undefined): Said {
  if (fault === undefined) return said;
  const evidence = [...said.evidence, fault];
  return GIVES_WAY.has(said.indication)
    ? { indication: 'register_fault', recommendation: 'inspect', evidence }
    : { ...said, evidence };
}
