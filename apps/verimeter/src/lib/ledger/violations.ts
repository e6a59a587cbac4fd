import { formatTimestamp } from '@verimeter/telemetry';

export interface Violation {
  /** What does not hold: a row in itself, or the ledger against what the database keeps. */
  readonly check: 'negative' | 'balance' | 'stored' | 'conflicting' | 'rejected';
  /** null: not registered; `topic` says what came. */
  readonly deviceId: string | null;
  readonly topic: string | null;
  /** Microseconds since 1970. */
  readonly hourUs: number;
  /** null: over all sources. */
  readonly source: string | null;
  /** What the ledger says; null: it has no row. */
  readonly ledger: number | null;
  /** What is there; `balance`: the sum of what happened, `negative`: the least that can be. */
  readonly found: number;
}

/** The first violations of a check and how many there are in all. */
export interface Found {
  readonly first: readonly Violation[];
  readonly count: number;
}

/** Violations kept of each check and told in all: enough to see what is wrong, whatever happened to the tables. */
export const MAX_VIOLATIONS = 50;

const KEPT: Readonly<Record<'stored' | 'conflicting' | 'rejected', string>> = {
  stored: 'readings in the store',
  conflicting: 'conflicts kept',
  rejected: 'in quarantine',
};

function difference({ check, ledger, found }: Violation): string {
  switch (check) {
    case 'negative':
      return `a count of ${String(ledger)} in the ledger; none may be negative`;
    case 'balance':
      return `received ${String(ledger)} in the ledger, but what became of them adds up to ${found}`;
    case 'stored':
    case 'conflicting':
    case 'rejected': {
      const said = ledger === null ? 'no row in the ledger' : `${check} ${ledger} in the ledger`;
      return `${said}, ${found} ${KEPT[check]}`;
    }
    default:
      return check satisfies never;
  }
}

/** A line for people: device or topic, hour, source, what the ledger says and what is there. */
export function violationText(violation: Violation): string {
  const { deviceId, topic, hourUs, source } = violation;
  const what = deviceId ?? (topic === null ? 'unregistered devices' : `topic ${topic}`);
  const from = source === null ? '' : ` ${source}`;
  return `${what} ${formatTimestamp(hourUs)}${from}: ${difference(violation)}`;
}
