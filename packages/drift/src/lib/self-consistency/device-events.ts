import type { Indication } from '@verimeter/telemetry';
import type { EvidenceItem } from '../fleet-types.ts';
import { absent, type CheckOutcome } from './check-outcome.ts';
import { DAY_US } from './device-series.ts';

/** What a meter reports of itself. */
export interface DeviceEvent {
  /** Microseconds since 1970. */
  readonly tsUs: number;
  /** As sent: a CIM EndDeviceEventType, a number of a DLMS event log, or a word. */
  readonly event: string;
  readonly state: 'active' | 'past' | 'cleared';
}

const EVENT_KINDS = [
  'cover_open',
  'magnetic_field',
  'tamper',
  'measurement_error',
  'memory_error',
  'reverse_run',
  'clock_invalid',
  'battery_low',
  'power_failure',
  'phase_failure',
] as const;
type EventKind = (typeof EVENT_KINDS)[number];

interface Meaning {
  readonly kind: EventKind;
  /** The event that ends the condition, of dialects that have one of its own. */
  readonly ends?: true;
}

/** IEC 61968-9 EndDeviceEventType, `type.domain.subdomain.eventOrAction`; the first number, the kind of device, does not matter. */
const CIM: Readonly<Record<string, Meaning>> = {
  '12.141.212': { kind: 'cover_open' },
  '12.141.16': { kind: 'cover_open', ends: true },
  '12.29.212': { kind: 'cover_open' },
  '12.29.16': { kind: 'cover_open', ends: true },
  '12.66.242': { kind: 'magnetic_field' },
  '12.66.243': { kind: 'magnetic_field', ends: true },
  '12.43.257': { kind: 'tamper' },
  '12.43.291': { kind: 'tamper', ends: true },
  '12.6.219': { kind: 'reverse_run' },
  '21.67.79': { kind: 'measurement_error' },
  '18.85.79': { kind: 'memory_error' },
  '18.92.79': { kind: 'memory_error' },
  '18.72.79': { kind: 'memory_error' },
  '36.114.35': { kind: 'clock_invalid' },
  '36.116.13': { kind: 'clock_invalid', ends: true },
  '2.22.150': { kind: 'battery_low' },
  '2.0.85': { kind: 'battery_low' },
  '26.38.85': { kind: 'power_failure' },
  '26.38.49': { kind: 'power_failure', ends: true },
  '26.25.85': { kind: 'phase_failure' },
};

/** Numbers of the event logs of DLMS meters (DSMR P3, chapter "event log"). */
const DLMS: Readonly<Record<string, Meaning>> = {
  '1': { kind: 'power_failure' },
  '2': { kind: 'power_failure', ends: true },
  '6': { kind: 'clock_invalid' },
  '7': { kind: 'battery_low' },
  '8': { kind: 'battery_low' },
  '12': { kind: 'memory_error' },
  '13': { kind: 'memory_error' },
  '14': { kind: 'memory_error' },
  '16': { kind: 'measurement_error' },
  '40': { kind: 'cover_open' },
  '41': { kind: 'cover_open', ends: true },
  '42': { kind: 'magnetic_field' },
  '43': { kind: 'magnetic_field', ends: true },
  '44': { kind: 'cover_open' },
  '45': { kind: 'cover_open', ends: true },
  '103': { kind: 'tamper' },
};

/** Words, in the order in which they are asked. */
const WORDS: readonly (readonly [RegExp, EventKind])[] = [
  [/magnet|dc_?field/, 'magnetic_field'],
  [/cover|case_?open|terminal_?open/, 'cover_open'],
  [/reverse|backflow|wrong_?direction/, 'reverse_run'],
  [/tamper|fraud|revenue_?protection|bypass/, 'tamper'],
  [
    /measur\w*_(system_)?(error|fault|fail)|metrolog\w*_(error|fault)|sensor_(error|fault|fail)/,
    'measurement_error',
  ],
  [
    /memory_(error|fault)|(ram|rom|flash|eeprom|nvram)_(error|fault)|checksum_error/,
    'memory_error',
  ],
  [/clock_(invalid|error|fault|lost)|time_invalid/, 'clock_invalid'],
  [/battery/, 'battery_low'],
  [/phase_(failure|loss|fail|missing)|missing_phase/, 'phase_failure'],
  [/power_(failure|fail|down|outage|loss)|outage/, 'power_failure'],
];
const ENDING =
  /clos|clear|_ok$|_end|restor|return|_off$|(?<!ab)normal|replaced|^no_|no_longer|any_?more|magnet\w*_removed|field_removed/;

/** What an event means; undefined: nothing that bears on the measurement. */
function meaningOf(event: string): Meaning | undefined {
  const cim = /^\d+\.(\d+\.\d+\.\d+)$/.exec(event.trim());
  if (cim !== null) return CIM[cim[1] ?? ''];
  if (/^\d+$/.test(event.trim())) return DLMS[String(Number(event))];
  const word = event
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_');
  const found = WORDS.find(([pattern]) => pattern.test(word));
  if (found === undefined) return undefined;
  return ENDING.test(word) ? { kind: found[1], ends: true } : { kind: found[1] };
}

/** What an event is a reason for; the others are told beside. */
const REASONS: Readonly<Partial<Record<EventKind, Indication>>> = {
  cover_open: 'tamper_or_fault',
  magnetic_field: 'tamper_or_fault',
  tamper: 'tamper_or_fault',
  measurement_error: 'tamper_or_fault',
  memory_error: 'tamper_or_fault',
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
      return meaning?.kind === kind
        ? { ...event, ended: meaning.ends === true || event.state === 'cleared' }
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
