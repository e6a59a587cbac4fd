import type { Flood } from '@verimeter/api-schema';
import { CLOCK_FAULTS, type ClockState } from '@verimeter/telemetry';
import type {
  GroupKind,
  GroupStatus,
  Indication,
  LegalStatus,
  Recommendation,
} from '@verimeter/telemetry';
import { useText } from '../i18n/i18n.tsx';

/** Each tone has its own mark beside its colour, so that it is told apart without seeing colours. */
export type Tone = 'alert' | 'warn' | 'note' | 'calm' | 'mute';

const MARKS: Readonly<Record<Tone, string>> = {
  alert: 'M5 .8 9.6 9.2H.4Z',
  warn: 'M5 .4 9.6 5 5 9.6.4 5Z',
  note: 'M5 .8A4.2 4.2 0 1 0 5 9.2 4.2 4.2 0 1 0 5 .8ZM5 2.6A2.4 2.4 0 1 1 5 7.4 2.4 2.4 0 1 1 5 2.6Z',
  calm: 'M1 5.4 2.3 4.1 4.1 5.9 7.8 2.1 9.1 3.4 4.1 8.5Z',
  mute: 'M1.5 4.2H8.5V5.8H1.5Z',
};

export function Mark({ tone }: { readonly tone: Tone }) {
  return (
    <svg
      className={`mark tone-${tone}`}
      viewBox="0 0 10 10"
      width="10"
      height="10"
      aria-hidden="true"
    >
      <path d={MARKS[tone]} fillRule="evenodd" />
    </svg>
  );
}

/** Where there is nothing to do a place is still a place: a dot, not a dash. */
const PLACE_MARKS: Readonly<Record<Tone, string>> = {
  ...MARKS,
  mute: 'M5 2A3 3 0 1 0 5 8 3 3 0 1 0 5 2Z',
};

/** The mark of a place on a map, centred on it; to be put into an SVG. */
export function PlaceMark({ tone }: { readonly tone: Tone }) {
  return (
    <path
      className={`map-mark tone-${tone}`}
      transform="translate(-6 -6) scale(1.2)"
      d={PLACE_MARKS[tone]}
      fillRule="evenodd"
    />
  );
}

export function Badge({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return (
    <span className={`badge tone-${tone}`}>
      <Mark tone={tone} />
      {text}
    </span>
  );
}

export const RECOMMENDATION_TONES: Readonly<Record<Recommendation, Tone>> = {
  reverify: 'alert',
  inspect: 'warn',
  watch: 'note',
  none: 'calm',
};

export function RecommendationBadge({ value }: { readonly value: Recommendation }) {
  const { words } = useText();
  // "No action" is not "all is well": where nothing can be said it stays neutral.
  const tone = value === 'none' ? 'mute' : RECOMMENDATION_TONES[value];
  return <Badge tone={tone} text={words.recommendation[value]} />;
}

const INDICATION_TONES: Readonly<Record<Indication, Tone>> = {
  within_limits: 'calm',
  drift_possible: 'note',
  drift_likely: 'alert',
  not_resolvable: 'mute',
  no_reference: 'mute',
  insufficient_data: 'mute',
  group_inconsistent: 'mute',
  not_in_group: 'warn',
  stopped: 'warn',
  reverse: 'warn',
  clock_fault: 'warn',
  register_fault: 'warn',
  tamper_or_fault: 'warn',
  consumption_changed: 'note',
};

export function IndicationBadge({ value }: { readonly value: Indication }) {
  const { words } = useText();
  return (
    <span className="indication">
      <Mark tone={INDICATION_TONES[value]} />
      {words.indication[value][0]}
    </span>
  );
}

export function GroupStatusBadge({
  kind,
  value,
}: {
  readonly kind: GroupKind;
  readonly value: GroupStatus | null;
}) {
  const { t, words } = useText();
  if (value === null) return <Badge tone="mute" text={t.areas.notAnalysed} />;
  return <Badge tone={value === 'ok' ? 'calm' : 'warn'} text={words.groupStatus[kind][value][0]} />;
}

export function clockTone(state: ClockState): Tone {
  if (CLOCK_FAULTS.includes(state)) return 'warn';
  return state === 'ok' ? 'calm' : 'mute';
}

export function ClockBadge({ value }: { readonly value: ClockState }) {
  const { words } = useText();
  return <Badge tone={clockTone(value)} text={words.clockState[value]} />;
}

export function FloodBadge({ value }: { readonly value: Flood['state'] }) {
  const { words } = useText();
  return <Badge tone={value === 'active' ? 'warn' : 'mute'} text={words.floodState[value]} />;
}

export const LEGAL_TONES: Readonly<Record<LegalStatus, Tone>> = {
  valid: 'calm',
  due_soon: 'note',
  expired: 'alert',
  void: 'alert',
  not_regulated: 'mute',
  unknown: 'mute',
};

export function LegalState({ value }: { readonly value: LegalStatus }) {
  const { words } = useText();
  return (
    <span className="indication">
      <Mark tone={LEGAL_TONES[value]} />
      {words.legal[value]}
    </span>
  );
}
