import type { HealthDetail } from '@verimeter/api-schema';
import { IndicationBadge, RecommendationBadge } from '../components/badge.tsx';
import { IntervalBar } from '../components/interval-bar.tsx';
import { ProvisionalNote } from '../components/provisional-note.tsx';
import { useText } from '../i18n/i18n.tsx';
import type { Messages } from '../i18n/messages-en.ts';
import { estimateOf, estimateTexts, limitText } from '../lib/estimate.ts';
import { type Formatter, unitLabel } from '../lib/format.ts';
import { groupKindOf } from '../lib/group-kind.ts';
import { areaHref } from '../lib/routing.ts';

const optional = (value: number | null, show: (value: number) => string): string | undefined =>
  value === null ? undefined : show(value);

/** A day of the past is no expectation; one before the data begin is not known to the day. */
function exitRow(
  { exit_date_median: exit, as_of: asOf, evidence_days: days }: HealthDetail,
  t: Messages,
  format: Formatter,
): readonly [string, string | undefined] {
  if (exit === null || asOf === null) return [t.device.exit, undefined];
  if (Date.parse(exit) > Date.parse(asOf)) return [t.device.exit, format.date(exit)];
  const begin = new Date(Date.parse(asOf) - (days ?? 0) * 86_400e3).toISOString().slice(0, 10);
  return [
    t.device.exitPast,
    exit <= begin ? t.device.exitBefore(format.date(begin)) : format.date(exit),
  ];
}

function Numbers({ health }: { readonly health: HealthDetail }) {
  const { t, format } = useText();
  const estimate = estimateOf(health);
  const texts = estimate === undefined ? undefined : estimateTexts(estimate, format);
  // a quantity that is judged by its offset, also where none is known
  const unit =
    estimate?.unit ??
    (health.error_estimate === null ? (health.offset_unit ?? undefined) : undefined);
  const inUnit = (value: number, percent: string): string =>
    unit === undefined ? percent : `${format.number(value, 2)}\u00A0${unitLabel(unit)}`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    [t.device.interval, texts === undefined ? undefined : `${texts.low} … ${texts.high}`],
    [t.device.limit, optional(health.limit, (value) => `±${limitText(value, unit, format)}`)],
    [
      t.device.inService,
      optional(health.in_service_limit, (value) => `±${limitText(value, unit, format)}`),
    ],
    [t.device.overLimit, optional(health.probability_over_limit, format.probability)],
    [t.device.drifted, optional(health.probability_drifted, format.probability)],
    [
      t.device.perYear,
      optional(health.drift_per_year, (value) => inUnit(value, format.signedPercent(value, 2))),
    ],
    exitRow(health, t, format),
    [
      t.device.detectable,
      optional(health.minimum_detectable, (value) => `±${inUnit(value, format.percent(value))}`),
    ],
    [t.device.evidenceDays, optional(health.evidence_days, format.integer)],
    [t.device.model_version, health.model_version],
  ];
  return (
    <div className="numbers">
      {estimate !== undefined && texts !== undefined && (
        <div className="estimate">
          <span className="estimate-name">
            {unit === undefined ? t.device.estimate : t.device.offset}
          </span>
          <span className="estimate-value">{texts.value}</span>
          <IntervalBar estimate={estimate} />
        </div>
      )}
      <dl className="facts two">
        {rows
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

/** What the data says, in a sentence; the numbers; and why. */
export function DeviceVerdict({ health }: { readonly health: HealthDetail }) {
  const { t, words, format } = useText();
  const status = health.group_status;
  return (
    <section className="card verdict" aria-label={words.indication[health.indication][0]}>
      <div className="verdict-head">
        <RecommendationBadge value={health.recommendation} />
        <IndicationBadge value={health.indication} />
        <span className="hint">
          {health.quantity !== '' && (words.quantity[health.quantity] ?? health.quantity)}
          {health.as_of !== null && ` · ${t.common.asOf} ${format.dateTime(health.as_of)}`}
        </span>
      </div>
      <p className="verdict-text">{words.indication[health.indication][1]}</p>
      <ProvisionalNote value={health.provisional} />
      {status !== null && status !== 'ok' && health.group_id !== null && (
        <p>
          <a href={areaHref(health.group_id)}>{health.group_id}</a>:{' '}
          {words.groupStatus[groupKindOf(health.quantity)][status][1]}
        </p>
      )}
      <Numbers health={health} />
      {health.evidence.length > 0 && (
        <>
          <h2>{t.device.evidence}</h2>
          <ul className="evidence">
            {health.evidence.map((item) => (
              <li key={`${item.code} ${item.text}`}>{item.text}</li>
            ))}
          </ul>
        </>
      )}
      <p className="invariant">{t.device.invariant}</p>
    </section>
  );
}
