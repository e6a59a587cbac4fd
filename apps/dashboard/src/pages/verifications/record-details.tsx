import type { VerificationItem } from '@verimeter/api-schema';
import { Mark } from '../../components/badge.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { deviceHref } from '../../lib/routing.ts';
import { validityIn } from '../legal/due-date.tsx';
import { OverallError } from './overall-error.tsx';
import { WarningList } from './warning-list.tsx';

const ROUNDING = 1e-9;

/** What was measured, point by point. */
export function PointTable({ item }: { readonly item: VerificationItem }) {
  const { t, format } = useText();
  const texts = t.legal.points;
  const percent = (ratio: number | null): string =>
    ratio === null ? t.common.none : format.percent(ratio, 2);
  return (
    <div className="table-scroll">
      <table className="stacking">
        <caption className="visually-hidden">{texts.title}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.point}</th>
            <th scope="col" className="number">
              {texts.error}
            </th>
            <th scope="col" className="number">
              {texts.uncertainty}
            </th>
            <th scope="col" className="number">
              {texts.limit}
            </th>
            <th scope="col">{texts.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {item.points.map((point) => {
            const beyond =
              point.error === null || point.limit === null
                ? undefined
                : Math.abs(point.error) > point.limit + ROUNDING;
            return (
              <tr key={point.test_point}>
                <th scope="row">{point.test_point}</th>
                <td className="number" data-label={texts.error}>
                  {point.error === null ? t.common.none : format.signedPercent(point.error, 2)}
                </td>
                <td className="number" data-label={texts.uncertainty}>
                  {percent(point.expanded_uncertainty)}
                  {point.coverage_factor !== null && (
                    <span className="sub">k = {format.number(point.coverage_factor, 2)}</span>
                  )}
                </td>
                <td className="number" data-label={texts.limit}>
                  {point.limit === null ? t.common.none : `± ${percent(point.limit)}`}
                </td>
                <td data-label={texts.verdict}>
                  {beyond === undefined ? (
                    t.common.none
                  ) : (
                    <span className={`indication tone-${beyond ? 'alert' : 'calm'}`}>
                      <Mark tone={beyond ? 'alert' : 'calm'} />
                      {beyond ? texts.beyond : texts.within}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function useFacts(item: VerificationItem): readonly (readonly [string, string])[] {
  const { t, format } = useText();
  const texts = t.legal.record;
  const { ambient } = item;
  const measured: readonly (readonly [number | null | undefined, string])[] = [
    [ambient?.temperature_cel, '°C'],
    [ambient?.humidity_percent, '%'],
    [ambient?.pressure_hpa, 'hPa'],
  ];
  const conditions = measured.flatMap(([value, unit]) =>
    value === null || value === undefined ? [] : [`${format.number(value, 2)}\u00A0${unit}`],
  );
  const standards = item.standards.map(({ name, serial, certificate_no: certificate }) =>
    [name, serial, certificate].filter((part) => part !== null && part !== '').join(' · '),
  );
  const found =
    item.as_found === null
      ? texts.asFoundUnknown
      : item.as_found
        ? texts.asFoundYes
        : texts.asFoundNo;
  const seal = [item.seal_no, item.seal_year].filter((part) => part !== null).join(' · ');
  const facts: readonly (readonly [string, string | null])[] = [
    [
      t.legal.form.validUntil,
      item.valid_until === null
        ? null
        : validityIn(format, item.valid_until, item.valid_until.length === 7 ? 'month' : 'day'),
    ],
    [texts.mark, item.mark === null ? null : t.legal.words.mark[item.mark]],
    [texts.certificate, item.certificate_no],
    [texts.seal, seal],
    [texts.serial, item.serial],
    [t.legal.form.body, item.body],
    [texts.procedure, item.procedure],
    [texts.verifiedBy, item.verified_by],
    [texts.checkedBy, item.checked_by],
    [texts.standards, standards.join('; ')],
    [texts.ambient, conditions.join(' · ')],
    [texts.asFound, item.points.length === 0 ? null : found],
    [texts.note, item.note],
  ];
  return facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value]]));
}

/** All of a record. */
export function RecordDetails({ item }: { readonly item: VerificationItem }) {
  const { t, format } = useText();
  const texts = t.legal.record;
  const facts = useFacts(item);
  return (
    <section className="card">
      <p>
        <a href={deviceHref(item.device_id)}>{item.device_id}</a>
      </p>
      {item.warnings.length > 0 && (
        <div className="caution">
          <h2>{texts.warningsTitle}</h2>
          <WarningList
            warnings={item.warnings.map(({ code, test_point }) => ({
              code,
              testPoint: test_point ?? undefined,
            }))}
          />
        </div>
      )}
      <dl className="facts-grid">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {item.points.length > 0 && <PointTable item={item} />}
      <OverallError item={item} />
      <p className="hint">
        {texts.corrected(format.integer(item.version))} ·{' '}
        {texts.entered(
          item.entered_by.name ?? item.entered_by.id,
          format.dateTime(item.entered_at),
        )}
        {item.change_reason !== null && ` · ${texts.reason}: ${item.change_reason}`}
      </p>
    </section>
  );
}

/** Versions that were corrected. */
export function RecordHistory({ history }: { readonly history: readonly VerificationItem[] }) {
  const { t, format } = useText();
  const texts = t.legal.record;
  if (history.length === 0) return null;
  return (
    <section className="record-history">
      <h2>{texts.history}</h2>
      {history.map((item) => (
        <details key={item.version}>
          <summary>
            {texts.corrected(format.integer(item.version))} · {t.legal.words.result[item.result]} ·{' '}
            {texts.entered(
              item.entered_by.name ?? item.entered_by.id,
              format.dateTime(item.entered_at),
            )}
          </summary>
          <RecordDetails item={item} />
        </details>
      ))}
    </section>
  );
}
