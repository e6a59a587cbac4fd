import type { Capacity } from '@verimeter/api-schema';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Segments } from '../../components/choice.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { laterMonth, monthText } from '../../lib/months.ts';
import {
  EMPTY_TEAM,
  planBody,
  type PlanDraft,
  planDraftHref,
  type PlanProblem,
  type TeamDraft,
} from '../../lib/plan-draft.ts';
import { href } from '../../lib/routing.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { inForce } from './capacity-rows.ts';
import { TeamFields } from './team-fields.tsx';

/** Months a plan can be made for, from this one. */
const MONTHS = 13;

interface FormProps {
  readonly draft: PlanDraft;
  readonly thisMonth: string;
  readonly capacities: readonly Capacity[] | undefined;
  readonly busy: boolean;
  /** What is asked of the API when the form is sent and is right. */
  readonly onPreview: () => void;
}

/** What a plan is made with. What is typed stands in the address at once. */
export function PlanForm({ draft, thisMonth, capacities, busy, onPreview }: FormProps) {
  const { t, format } = useText();
  const texts = t.plans.form;
  const [problems, setProblems] = useState<readonly PlanProblem[]>([]);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problems.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problems]);
  const change = (part: Partial<PlanDraft>): void =>
    replaceHash(planDraftHref({ ...draft, ...part }, false));
  const changeTeam = (index: number, team: TeamDraft): void =>
    change({ teams: draft.teams.map((one, at) => (at === index ? team : one)) });
  const wrong = (field: PlanProblem['field'], index?: number): string[] =>
    problems.some(
      (problem) => problem.field === field && (!('index' in problem) || problem.index === index),
    )
      ? [texts.problems[field]]
      : [];
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const body = planBody(draft);
    if ('problems' in body) {
      setProblems(body.problems);
      return;
    }
    setProblems([]);
    onPreview();
  };
  const months = Array.from({ length: MONTHS }, (_unused, later) => laterMonth(thisMonth, later));
  const periods = months.includes(draft.period) ? months : [draft.period, ...months];
  const counting = inForce(capacities ?? [], draft.period);
  return (
    <form ref={form} className="plan-form card" onSubmit={submit}>
      {problems.length > 0 && (
        <div className="problem" role="alert">
          {texts.refused}{' '}
          {[...new Set(problems.map(({ field }) => texts.problems[field]))].join('; ')}
        </div>
      )}
      <div className="field-grid">
        <SelectField
          label={texts.period}
          value={draft.period}
          options={periods.map((month) => [month, monthText(month, format.locale)] as const)}
          onChange={(period) => change({ period })}
        />
        <SelectField
          label={texts.policy}
          hint={texts.policyHints[draft.policy]}
          value={draft.policy}
          options={(['legal_first', 'balanced'] as const).map(
            (one) => [one, texts.policies[one]] as const,
          )}
          onChange={(policy) => change({ policy: policy === 'balanced' ? policy : 'legal_first' })}
        />
        <TextField
          label={texts.share}
          hint={texts.shareHint}
          value={draft.share}
          problems={wrong('share')}
          numeric
          onChange={(share) => change({ share })}
        />
        <TextField
          label={texts.seed}
          hint={texts.seedHint}
          value={draft.seed}
          problems={wrong('seed')}
          numeric
          onChange={(seed) => change({ seed })}
        />
      </div>
      <div className="field">
        <span className="field-label">{texts.source}</span>
        <Segments
          label={texts.source}
          value={draft.source}
          options={(['stored', 'typed'] as const).map((one) => [one, texts.sources[one]])}
          onChange={(source) => change({ source })}
        />
        {draft.source === 'stored' && capacities !== undefined && (
          <p className="hint">
            {counting.length === 0 ? texts.storedNone : <Counting rows={counting} />}
          </p>
        )}
      </div>
      {draft.source === 'typed' &&
        draft.teams.map((team, index) => (
          // Teams have no identity but their place while they are typed.
          // oxlint-disable-next-line react/no-array-index-key -- see above
          <section key={index} className="plan-team" aria-label={texts.teamOf(String(index + 1))}>
            <TeamFields
              team={team}
              problems={{
                team: [...wrong('team', index), ...wrong('twice', index)],
                bound: wrong('bound', index),
                areas: wrong('areas', index),
              }}
              onChange={(changed) => changeTeam(index, changed)}
            />
            {draft.teams.length > 1 && (
              <button
                type="button"
                className="quiet"
                aria-label={texts.removeTeam(team.team || texts.teamOf(String(index + 1)))}
                onClick={() => change({ teams: draft.teams.filter((_one, at) => at !== index) })}
              >
                {texts.remove}
              </button>
            )}
          </section>
        ))}
      <div className="row-actions">
        <button type="submit" className="primary" disabled={busy}>
          {texts.preview}
        </button>
        {draft.source === 'typed' && (
          <button type="button" onClick={() => change({ teams: [...draft.teams, EMPTY_TEAM] })}>
            {texts.addTeam}
          </button>
        )}
        <a className="button" href={href('/plans')}>
          {texts.cancel}
        </a>
      </div>
    </form>
  );
}

function Counting({ rows }: { readonly rows: readonly Capacity[] }) {
  const { t, format } = useText();
  const visits = rows.reduce((sum, row) => sum + (row.visits_per_month ?? 0), 0);
  const minutes = rows.reduce((sum, row) => sum + (row.minutes_per_month ?? 0), 0);
  const amounts = [
    ...(visits > 0 ? [t.plans.capacities.visits(format.integer(visits))] : []),
    ...(minutes > 0 ? [t.plans.capacities.minutes(format.integer(minutes))] : []),
  ];
  return t.plans.form.storedCount(format.integer(rows.length), amounts.join(' · ') || '0');
}
