import type { ReactNode } from 'react';
import { Badge } from '../../components/badge.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { RuleRow } from '../../lib/rule-draft.ts';

/** What of an instrument the row distinguishes, in words. */
function Subject({ row }: { readonly row: RuleRow }) {
  const { t, format } = useText();
  const texts = t.settings.rules;
  const words = t.legal.words;
  const parts = [
    row.technology === null ? '' : words.technology[row.technology],
    row.phases === null ? '' : texts.phases(format.integer(row.phases)),
    row.connection === null ? '' : words.connection[row.connection],
    row.accuracy_classes === null ? '' : texts.classes(row.accuracy_classes.join(', ')),
    row.nominals === null ? '' : texts.nominals(row.nominals.join(', ')),
  ].filter((part) => part !== '');
  return (
    <>
      <strong>{words.category[row.category]}</strong>
      {parts.length > 0 && <span className="sub">{parts.join(', ')}</span>}
      <code className="sub">{row.id}</code>
      {row.replaces !== null && <span className="sub">{texts.replaces(row.replaces)}</span>}
      {row.replaced_by.map(({ id }) => (
        <span key={id} className="sub">
          {texts.replacedBy(id)}
        </span>
      ))}
    </>
  );
}

function Cycle({ row }: { readonly row: RuleRow }) {
  const { t, format } = useText();
  const texts = t.settings.rules;
  if (row.months === null) return t.legal.words.ruleBasis[row.basis];
  return (
    <>
      {texts.months(format.integer(row.months))}
      {row.ends_with === 'year' && <span className="sub">{texts.endsWithYear}</span>}
      {row.other_months.length > 0 && (
        <span className="sub">
          {texts.otherMonths(row.other_months.map((months) => format.integer(months)).join(', '))}
        </span>
      )}
    </>
  );
}

function Period({ row }: { readonly row: RuleRow }) {
  const { t, format } = useText();
  const texts = t.settings.rules;
  const parts = [
    row.from === null ? '' : texts.from(format.date(row.from)),
    row.to === null ? '' : texts.to(format.date(row.to)),
  ].filter((part) => part !== '');
  if (parts.length === 0) return texts.always;
  return parts.map((part) => (
    <span key={part} className="period">
      {part}
    </span>
  ));
}

interface RuleTableProps {
  readonly caption: string;
  readonly rows: readonly RuleRow[];
  /** For each row. */
  readonly actions: readonly ReactNode[] | undefined;
}

/** Rules with their cycle, days in force, source, and whether they were confirmed in the official text. */
export function RuleTable({ caption, rows, actions }: RuleTableProps) {
  const { t, format } = useText();
  const texts = t.settings.rules;
  return (
    <div className="table-frame">
      <table className="stacking rule-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.category}</th>
            <th scope="col">{texts.cycle}</th>
            <th scope="col">{texts.period}</th>
            <th scope="col">{texts.source}</th>
            <th scope="col">{texts.state}</th>
            {actions !== undefined && <th scope="col">{texts.actions}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.id} className={row.replaced_by.length > 0 ? 'replaced' : undefined}>
              <th scope="row">
                <Subject row={row} />
              </th>
              <td data-label={texts.cycle}>
                <Cycle row={row} />
              </td>
              <td data-label={texts.period}>
                <Period row={row} />
              </td>
              <td data-label={texts.source}>
                <cite>{t.legal.words.citation(row.source)}</cite>
                {row.note !== null && (
                  <span className="sub">{t.legal.words.ruleNote[row.id] ?? row.note}</span>
                )}
                {row.entered_by !== null && row.entered_at !== null && (
                  <span className="sub">
                    {texts.enteredBy(
                      row.entered_by.name ?? row.entered_by.id,
                      format.dateTime(row.entered_at),
                    )}
                  </span>
                )}
              </td>
              <td data-label={texts.state}>
                <Badge
                  tone={row.status === 'confirmed' ? 'calm' : 'warn'}
                  text={t.legal.words.ruleStatus[row.status]}
                />
              </td>
              {actions !== undefined && (
                <td data-label={texts.actions}>
                  <div className="row-actions compact">{actions[index]}</div>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
