import type { SourceTrialResult } from '@verimeter/api-schema';
import { QUARANTINE_REASONS, type TsSource } from '@verimeter/telemetry';
import { useText } from '../i18n/i18n.tsx';
import { unitLabel } from '../lib/format.ts';
import type { DialectEntry } from '../lib/source-draft.ts';
import { dialectTitle } from './source-words.ts';

/** Registers have up to nine digits and more; nothing of them is rounded away. */
const DIGITS = 12;

interface ResultProps {
  readonly result: SourceTrialResult;
  readonly dialects: readonly DialectEntry[];
}

/** Values, events, rejects and unknown fields of a payload, one a row. */
export function TrialResult({ result, dialects }: ResultProps) {
  const { t, words, format } = useText();
  const texts = t.sources.trial;
  const { source, readings, events, rejects, unknown_fields: unknown } = result;
  const found = dialects.find(({ name }) => name === result.dialect);
  const dialect = found === undefined ? result.dialect : dialectTitle(found, t.sources);
  const isEmpty = readings.length + events.length + rejects.length + unknown.length === 0;
  const timeBy = (by: string): string => {
    const names: Readonly<Record<TsSource, string>> & Readonly<Record<string, string>> =
      texts.timeBy;
    return names[by] ?? by;
  };
  const conditionOf = (event: string): string | undefined => {
    const known: Readonly<Record<string, string>> = words.deviceCondition;
    return known[event];
  };
  const reasonOf = (reason: string): string => {
    const known = QUARANTINE_REASONS.find((one) => one === reason);
    return known === undefined ? reason : words.quarantineReason[known];
  };
  return (
    <div className="trial-result" role="region" aria-label={texts.result}>
      <h3>{texts.result}</h3>
      <p className="hint" role="status">
        {source === null ? texts.decodedAs(dialect) : texts.decodedBy(dialect, source)}
        {isEmpty && `. ${texts.nothing}`}
      </p>
      {!isEmpty && (
        <div className="table-frame">
          <table className="stacking">
            <thead>
              <tr>
                <th scope="col">{texts.what}</th>
                <th scope="col">{texts.device}</th>
                <th scope="col" className="number">
                  {texts.value}
                </th>
                <th scope="col">{texts.time}</th>
                <th scope="col">{texts.marks}</th>
              </tr>
            </thead>
            <tbody>
              {readings.map((row) => (
                <tr key={`${row.device_id} ${row.quantity} ${row.ts} ${row.value}`}>
                  <th scope="row">
                    {words.quantity[row.quantity] ?? row.quantity}{' '}
                    <code className="sub">{row.quantity}</code>
                  </th>
                  <td data-label={texts.device}>{row.device_id}</td>
                  <td className="number" data-label={texts.value}>
                    {`${format.number(row.value, DIGITS)}\u00A0${unitLabel(row.unit)}`}
                  </td>
                  <td data-label={texts.time}>{format.dateTime(row.ts)}</td>
                  <td data-label={texts.marks}>
                    {[timeBy(row.ts_source), ...row.quality].join(', ')}
                  </td>
                </tr>
              ))}
              {events.map((row) => (
                <tr key={`${row.device_id} ${row.event} ${row.state} ${row.ts}`}>
                  <th scope="row">
                    {conditionOf(row.event) ?? t.device.event}{' '}
                    <code className="sub">{row.event}</code>
                  </th>
                  <td data-label={texts.device}>{row.device_id}</td>
                  <td className="number" data-label={texts.value}>
                    {t.device.eventStates[eventState(row.state)]}
                  </td>
                  <td data-label={texts.time}>{format.dateTime(row.ts)}</td>
                  <td data-label={texts.marks}>{row.detail ?? ''}</td>
                </tr>
              ))}
              {rejects.map((row) => (
                <tr key={`${row.device_id ?? ''} ${row.reason} ${row.field} ${row.message}`}>
                  <th scope="row">
                    <span className="tone-alert">
                      {texts.rejectedCount(format.integer(row.count))}
                    </span>{' '}
                    {row.field !== '' && <code>{row.field}</code>}
                  </th>
                  <td data-label={texts.device}>{row.device_id ?? t.common.none}</td>
                  <td className="number" data-label={texts.value} />
                  <td data-label={texts.time} />
                  <td data-label={texts.reason}>
                    <strong>{reasonOf(row.reason)}</strong>
                    {/* The decoder's own words, as the quarantine keeps them. */}
                    <span className="sub" lang="en">
                      {row.message}
                    </span>
                  </td>
                </tr>
              ))}
              {unknown.map((name) => (
                <tr key={`unknown ${name}`}>
                  <th scope="row">
                    {texts.unknownField} <code>{name}</code>
                  </th>
                  <td data-label={texts.device} />
                  <td className="number" data-label={texts.value} />
                  <td data-label={texts.time} />
                  <td className="hint" data-label={texts.marks}>
                    {texts.unknownNote}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

const eventState = (state: string): 'active' | 'past' | 'cleared' =>
  state === 'cleared' || state === 'past' ? state : 'active';
