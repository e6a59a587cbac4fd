import type { PlanFacts, PlanItem } from '@verimeter/api-schema';
import { Mark } from '../../components/badge.tsx';
import { StackedBar } from '../../components/stacked-bar.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { errorOf, termsOf } from '../../lib/plan-items.ts';
import { deviceHref } from '../../lib/routing.ts';

type Known = PlanFacts & Pick<PlanItem, 'device_id' | 'must' | 'score' | 'terms' | 'reasons'>;

/** Id, kind, serial number and address. */
export function DeviceCell({ item }: { readonly item: Known }) {
  const { t, words } = useText();
  return (
    <>
      <a href={deviceHref(item.device_id)}>{item.device_id}</a>
      <span className="sub">{words.deviceKind[item.kind]}</span>
      {item.serial !== null && item.serial !== '' && <span className="sub">{item.serial}</span>}
      <span className="sub">{item.address ?? t.plans.noAddress}</span>
    </>
  );
}

/** The points of an item by what they are for: a bar to compare rows by eye, and the numbers beside it. */
function TermBar({ item, most }: { readonly item: Known; readonly most: number }) {
  const { t, format } = useText();
  const terms = termsOf(item);
  return (
    <span className="terms">
      <StackedBar
        className="term-bar"
        parts={terms
          .filter(([, points]) => points > 0)
          .map(([name, points]) => ({ className: `term-${name}`, amount: points }))}
        most={most}
        width={220}
        height={10}
      />
      <span className="term-numbers">
        <strong title={t.plans.scoreHint}>{t.plans.score(format.integer(item.score))}</strong>
        {terms.map(([name, points]) => (
          <span key={name} className="term-number">
            <span className={`term-swatch term-${name}`} aria-hidden="true" />
            {t.plans.terms[name]} {format.integer(points)}
          </span>
        ))}
      </span>
    </span>
  );
}

/** The points that the longest bar of a list has. */
export const mostPoints = (items: readonly Known[]): number =>
  Math.max(
    1,
    ...items.map(({ terms }) => terms.stake + terms.risk + terms.legal + terms.confirmation),
  );

const SHOWN_REASONS = 2;

/** Reasons in words, what weighs most first. */
export function WhyCell({ item, most }: { readonly item: Known; readonly most: number }) {
  const { t, format } = useText();
  const shown = item.reasons.slice(0, SHOWN_REASONS);
  const rest = item.reasons.slice(SHOWN_REASONS);
  return (
    <div className="why">
      {shown.map((reason) => (
        <p key={reason.code}>{reason.text}</p>
      ))}
      {rest.length > 0 && (
        <details>
          <summary>{t.plans.more(format.integer(rest.length))}</summary>
          {rest.map((reason) => (
            <p key={reason.code}>{reason.text}</p>
          ))}
        </details>
      )}
      <TermBar item={item} most={most} />
    </div>
  );
}

/** The last day of validity, and what the law asks. */
export function LegalCell({ item, asOf }: { readonly item: Known; readonly asOf: string }) {
  const { t, format } = useText();
  const { legalStates } = t.plans;
  if (item.legal_state !== 'dated' || item.due_on === null)
    return (
      <span className="indication">
        <Mark tone={item.legal_state === 'void' ? 'alert' : 'mute'} />
        {legalStates[item.legal_state === 'dated' ? 'unknown' : item.legal_state]}
      </span>
    );
  const overdue = item.due_on < asOf;
  return (
    <>
      <span className="nowrap">{format.date(item.due_on)}</span>
      {(overdue || item.must) && (
        <span className="indication">
          <Mark tone={overdue ? 'alert' : 'warn'} />
          {overdue ? legalStates.overdue : legalStates.inMonth}
        </span>
      )}
    </>
  );
}

/** The probability as it is published, with the estimate and its interval it comes from. */
export function RiskCell({ item }: { readonly item: Known }) {
  const { t, format } = useText();
  const estimate = errorOf(item);
  if (item.probability_over_limit === null)
    return (
      <span title={t.plans.noProbabilityHint}>
        {t.plans.noProbability}
        {item.indication !== null && <Indicated item={item} />}
      </span>
    );
  return (
    <>
      {format.probability(item.probability_over_limit)}
      {estimate !== undefined && (
        <>
          <span className="sub nowrap">{t.plans.error(format.signedPercent(estimate.error))}</span>
          <span className="sub nowrap">{t.plans.within95(format.percent(estimate.half))}</span>
        </>
      )}
    </>
  );
}

function Indicated({ item }: { readonly item: Known }) {
  const { words } = useText();
  const texts = new Map(Object.entries(words.indication)).get(item.indication ?? '');
  return <span className="sub">{texts?.[0]}</span>;
}

interface StakeProps {
  readonly item: Known;
  readonly currency: string | null;
}

/** Energy or water expected to be measured wrongly in a year, and money where there is a tariff. */
export function StakeCell({ item, currency }: StakeProps) {
  const { t, format } = useText();
  if (item.mismeasured === null || item.amount_unit === null)
    return <span className="sub">{t.plans.noStake}</span>;
  const unit = item.amount_unit === 'm3' ? 'm³' : item.amount_unit;
  return (
    <>
      <span className="nowrap">{t.plans.amount(format.integer(item.mismeasured), unit)}</span>
      {item.money !== null && (
        <span className="sub">
          {format.integer(item.money)} {currency}
        </span>
      )}
      {item.amount_assumed && <span className="sub">{t.plans.assumed}</span>}
    </>
  );
}

export function VisitCell({ item }: { readonly item: PlanItem }) {
  const { t, format } = useText();
  return (
    <>
      <span>{item.team}</span>
      <span className="sub nowrap">
        {item.visit_on === null
          ? t.plans.day(format.integer(item.day))
          : format.date(item.visit_on)}
      </span>
      {item.visit_on === null && <span className="sub">{t.plans.noDay}</span>}
      <span className="sub nowrap">{t.plans.stop(format.integer(item.stop))}</span>
      <span className="sub nowrap">{t.plans.travel(format.integer(item.travel_minutes))}</span>
      {item.random && <span className="sub">{t.plans.randomItem}</span>}
    </>
  );
}
