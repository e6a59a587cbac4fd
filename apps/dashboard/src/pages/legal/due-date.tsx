import type { LegalStateItem } from '@verimeter/api-schema';
import { useText } from '../../i18n/i18n.tsx';
import type { Formatter } from '../../lib/format.ts';

/** Where rules of an id come from. */
export type RuleSources = ReadonlyMap<string, string>;

/** A last day of validity; a month where the mark tells no day. */
export function validityIn(
  format: Formatter,
  day: string,
  precision: 'day' | 'month' | null,
): string {
  return precision === 'month' ? format.month(day) : format.date(day);
}

/** The end of validity, or what can be said of it where there is no legal date. */
export function DueDate({
  state,
  sources,
}: {
  readonly state: LegalStateItem;
  readonly sources: RuleSources;
}) {
  const { t, format } = useText();
  const texts = t.legal.due;
  if (state.due_on !== null)
    return state.due_precision === 'month' ? (
      <span title={texts.monthPrecision}>{format.month(state.due_on)}</span>
    ) : (
      format.date(state.due_on)
    );
  if (state.due_earliest !== null && state.due_latest !== null)
    return texts.between(format.date(state.due_earliest), format.date(state.due_latest));
  if (state.provisional_due_on === null)
    return state.since === null ? texts.none : texts.since(format.date(state.since));
  const { provisional_due_on: first, provisional_latest_on: last } = state;
  const date =
    last === null || last === first
      ? format.date(first)
      : `${format.date(first)} … ${format.date(last)}`;
  const cited = [
    ...new Set(state.rules.map((id) => t.legal.words.citation(sources.get(id) ?? id))),
  ];
  return (
    <span className="provisional">
      {texts.provisional(date)}
      <cite className="sub">{cited.join('; ')}</cite>
    </span>
  );
}
