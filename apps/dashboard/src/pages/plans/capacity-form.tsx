import type { Capacity, CapacityInput } from '@verimeter/api-schema';
import { DEVICE_KINDS } from '@verimeter/telemetry';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { SelectField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { laterMonth, monthIn, monthText } from '../../lib/months.ts';
import { EMPTY_TEAM, readReach, type TeamDraft } from '../../lib/plan-draft.ts';
import { href } from '../../lib/routing.ts';
import { useSession } from '../../lib/session.tsx';
import { TeamFields } from './team-fields.tsx';

export interface CapacityEdit {
  /** A new team, the row as it stands put right, or another capacity from a month on. */
  readonly kind: 'add' | 'edit' | 'later';
  readonly row: Capacity | undefined;
}

interface FormProps {
  readonly edit: CapacityEdit;
  readonly busy: boolean;
  readonly onSave: (input: CapacityInput) => void;
}

const teamOf = (row: Capacity): TeamDraft => ({
  team: row.team,
  visits: row.visits_per_month?.toString() ?? '',
  minutes: row.minutes_per_month?.toString() ?? '',
  kinds: row.kinds ?? [],
  areas: row.areas?.join(', ') ?? '',
});

const NUMBER = String.raw`[+-]?\d{1,3}(?:\.\d+)?`;
const PLACE = new RegExp(String.raw`^\s*(${NUMBER})\s*[,;\s]\s*(${NUMBER})\s*$`);

/** null: none; undefined: not a place. */
function readDepot(text: string): CapacityInput['depot'] | undefined {
  if (text.trim() === '') return null;
  const [, first, second] = PLACE.exec(text) ?? [];
  const place = { lat: Number(first), lon: Number(second) };
  return Math.abs(place.lat) <= 90 && Math.abs(place.lon) <= 180 ? place : undefined;
}

const YEAR_BEFORE = -12;
const MONTHS = 49;

/** One row of the capacities. */
export function CapacityForm({ edit, busy, onSave }: FormProps) {
  const { t, format } = useText();
  const texts = t.plans.capacities;
  const { current } = useSession();
  const zone = current.state === 'signed-in' ? current.session.zone : 'UTC';
  const { row, kind } = edit;
  const [thisMonth] = useState(() => monthIn(zone, new Date()));
  const [team, setTeam] = useState<TeamDraft>(() => (row === undefined ? EMPTY_TEAM : teamOf(row)));
  const [from, setFrom] = useState(() => {
    if (kind === 'edit' && row !== undefined) return row.from;
    const next = laterMonth(thisMonth, 1);
    // After the row it follows on.
    return row !== undefined && next <= row.from ? laterMonth(row.from, 1) : next;
  });
  const [to, setTo] = useState(row?.to ?? '');
  const [depot, setDepot] = useState(
    row?.depot == null ? '' : `${row.depot.lat}, ${row.depot.lon}`,
  );
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (wrong.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [wrong]);
  const title =
    row === undefined
      ? texts.newTitle
      : kind === 'edit'
        ? texts.editTitle(row.team)
        : texts.laterTitle(row.team);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const found = new Set<string>();
    const reach = readReach(team);
    const place = readDepot(depot);
    if (team.team === '' || team.team.trim() !== team.team) found.add('team');
    if ('wrong' in reach) for (const field of reach.wrong) found.add(field);
    if (place === undefined) found.add('depot');
    if (to !== '' && to < from) found.add('order');
    if (kind === 'later' && row !== undefined && from <= row.from) found.add('later');
    setWrong(found);
    if (found.size > 0 || 'wrong' in reach || place === undefined) return;
    const kinds = DEVICE_KINDS.filter((one) => team.kinds.includes(one));
    onSave({
      team: team.team,
      kinds: kinds.length === 0 ? null : kinds,
      areas: reach.areas === null ? null : [...reach.areas],
      visits_per_month: reach.visits,
      minutes_per_month: reach.minutes,
      depot: place,
      from,
      to: to === '' ? null : to,
    });
  };
  const problem = (field: string, text: string): string[] => (wrong.has(field) ? [text] : []);
  const months = Array.from({ length: MONTHS }, (_unused, later) =>
    laterMonth(thisMonth, later + YEAR_BEFORE),
  );
  const withMonth = (own: string): (readonly [string, string])[] =>
    [...new Set([...(own === '' ? [] : [own]), ...months])]
      .toSorted()
      .map((month) => [month, monthText(month, format.locale)] as const);
  return (
    <section className="card">
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <form ref={form} className="plan-form" onSubmit={submit}>
        <TeamFields
          team={team}
          nameFixed={kind === 'later'}
          problems={{
            team: problem('team', t.plans.form.problems.team),
            bound: problem('bound', t.plans.form.problems.bound),
            areas: problem('areas', t.plans.form.problems.areas),
          }}
          onChange={setTeam}
        />
        <div className="field-grid">
          <SelectField
            label={texts.fromMonth}
            value={from}
            options={withMonth(from)}
            problems={problem('later', texts.problems.later)}
            onChange={setFrom}
          />
          <SelectField
            label={texts.toMonth}
            value={to}
            options={[['', texts.open], ...withMonth(to)]}
            problems={problem('order', texts.problems.order)}
            onChange={setTo}
          />
          <TextField
            label={texts.depot}
            hint={texts.depotHint}
            value={depot}
            problems={problem('depot', texts.problems.depot)}
            onChange={setDepot}
          />
        </div>
        <div className="row-actions">
          <button type="submit" className="primary" disabled={busy}>
            {texts.save}
          </button>
          <a className="button" href={href('/plans', { view: 'capacities' })}>
            {texts.cancel}
          </a>
        </div>
      </form>
    </section>
  );
}
