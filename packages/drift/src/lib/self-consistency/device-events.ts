import { type DeviceCondition, type Indication, meaningOfEvent } from '@verimeter/telemetry';
import type { EvidenceItem } from '../fleet-types.ts';
import { absent, type CheckOutcome } from './check-outcome.ts';
import { DAY_US } from './device-series.ts';

/** What a meter reports of itself. */
export interface DeviceEvent {
  /** Microseconds since 1970. */
  readonly tsUs: number;
  /** As sent: a flag, a CIM EndDeviceEventType, a number of a DLMS event log, or words. */
  readonly event: string;
  readonly state: 'active' | 'past' | 'cleared';
}

const EVENT_KINDS = [
  'cover_open',
  'magnetic_field',
  'tamper',
  'measurement_error',
  'memory_error',
  'permanent_error',
  'reverse_run',
  'clock_invalid',
  'battery_low',
  'power_failure',
  'phase_failure',
] as const;
type EventKind = (typeof EVENT_KINDS)[number];

/** What bears on the measurement of a meter. A leak, a burst or a dry pipe is a fact of the installation. */
const KIND_OF: Readonly<Partial<Record<DeviceCondition, EventKind>>> = {
  cover_open: 'cover_open',
  magnetic_field: 'magnetic_field',
  tamper: 'tamper',
  measurement_error: 'measurement_error',
  memory_error: 'memory_error',
  permanent_error: 'permanent_error',
  reverse_flow: 'reverse_run',
  clock_error: 'clock_invalid',
  battery_low: 'battery_low',
  power_loss: 'power_failure',
  phase_failure: 'phase_failure',
};

interface Meaning {
  readonly kind: EventKind | undefined;
  /** The event that ends the condition, of dialects that have one of its own. */
  readonly ends: boolean;
}

function meaningOf(event: string): Meaning {
  const { condition, ends } = meaningOfEvent(event);
  return { kind: condition === undefined ? undefined : KIND_OF[condition], ends };
}

/** What an event is a reason for; the others are told beside. */
const REASONS: Readonly<Partial<Record<EventKind, Indication>>> = {
  cover_open: 'tamper_or_fault',
  magnetic_field: 'tamper_or_fault',
  tamper: 'tamper_or_fault',
  measurement_error: 'tamper_or_fault',
  memory_error: 'tamper_or_fault',
  permanent_error: 'tamper_or_fault',
  reverse_run: 'reverse',
  clock_invalid: 'clock_fault',
};

/** An event that is over counts for so long. */
const RECENT_DAYS = 30;
/** Outages of a street are no fault of a meter; so many are one of its connection. */
const MANY_OUTAGES = 10;

export interface ReportedEvents {
  readonly outcome: CheckOutcome;
  readonly indication: Indication | undefined;
  /** Also of what is no reason to look. */
  readonly evidence: readonly EvidenceItem[];
}

/** Events of one meter up to as-of and since its own verification, in the order of time. */
export function checkReportedEvents(
  events: readonly DeviceEvent[],
  asOfUs: number,
): ReportedEvents {
  if (events.length === 0)
    return { outcome: absent('reported_events'), indication: undefined, evidence: [] };
  const evidence: EvidenceItem[] = [];
  let strongest: { indication: Indication; item: EvidenceItem; count: number } | undefined;
  for (const kind of EVENT_KINDS) {
    const own = events.flatMap((event) => {
      const meaning = meaningOf(event.event);
      return meaning.kind === kind
        ? { ...event, ended: meaning.ends || event.state === 'cleared' }
        : [];
    });
    const begun = own.filter(({ ended }) => !ended);
    const lastBegun = begun.at(-1);
    if (lastBegun === undefined) continue;
    const lastEnd = own.findLast(({ ended }) => ended);
    const isActive =
      lastBegun.state === 'active' && !(lastEnd !== undefined && lastEnd.tsUs >= lastBegun.tsUs);
    const recent = begun.filter(({ tsUs }) => tsUs > asOfUs - RECENT_DAYS * DAY_US);
    if (!isActive && recent.length === 0) continue;
    if (kind === 'power_failure' && recent.length < MANY_OUTAGES) continue;
    const count = recent.length;
    const item: EvidenceItem = {
      code: isActive ? `event_${kind}_active` : `event_${kind}`,
      values: { count, at: `${new Date(lastBegun.tsUs / 1000).toISOString().slice(0, 16)}Z` },
    };
    evidence.push(item);
    const indication = kind === 'clock_invalid' && !isActive ? undefined : REASONS[kind];
    if (indication !== undefined && strongest === undefined)
      strongest = { indication, item, count };
  }
  const base = { check: 'reported_events', standardError: 0, hours: RECENT_DAYS * 24 } as const;
  return strongest === undefined
    ? {
        outcome: { ...base, state: 'consistent', size: 0 },
        indication: undefined,
        evidence,
      }
    : {
        outcome: {
          ...base,
          state: 'inconsistent',
          size: strongest.count,
          evidence: strongest.item,
        },
        indication: strongest.indication,
        evidence,
      };
}
