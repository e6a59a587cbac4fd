import type { Plan, PlanItem } from '@verimeter/api-schema';
import { Mark } from '../../components/badge.tsx';
import { StackedBar } from '../../components/stacked-bar.tsx';
import { useText } from '../../i18n/i18n.tsx';

const STATUS_TONES = { draft: 'mute', issued: 'note', closed: 'calm' } as const;

export function PlanStatus({ value }: { readonly value: Plan['status'] }) {
  const { t } = useText();
  const tone = STATUS_TONES[value];
  return (
    <span className={`badge tone-${tone}`}>
      <Mark tone={tone} />
      {t.plans.statuses[value]}
    </span>
  );
}

const STATE_TONES = { planned: 'mute', ordered: 'note', done: 'calm', skipped: 'warn' } as const;
const STATES = ['done', 'ordered', 'planned', 'skipped'] as const;

export function ItemState({ value }: { readonly value: PlanItem['state'] }) {
  const { t } = useText();
  return (
    <span className="indication">
      <Mark tone={STATE_TONES[value]} />
      {t.plans.states[value]}
    </span>
  );
}

/** How far a plan is: a bar, and each state with its number. */
export function PlanProgress({ plan }: { readonly plan: Plan }) {
  const { t, format } = useText();
  const { states } = plan;
  const all = states.planned + states.ordered + states.done + states.skipped;
  const present = STATES.filter((state) => states[state] > 0);
  return (
    <span className="progress">
      <StackedBar
        className="progress-bar"
        parts={present.map((state) => ({ className: `progress-${state}`, amount: states[state] }))}
        most={all}
        width={180}
        height={8}
      />
      <span className="sub">
        {present
          .map((state) => `${t.plans.states[state]} ${format.integer(states[state])}`)
          .join(' · ')}
      </span>
    </span>
  );
}
