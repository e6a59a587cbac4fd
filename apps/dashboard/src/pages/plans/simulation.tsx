import type { Capacity, PlanSimulation } from '@verimeter/api-schema';
import { DEVICE_KINDS } from '@verimeter/telemetry';
import { useId } from 'react';
import { Choice } from '../../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { get, type Page } from '../../lib/api-client.ts';
import { monthText } from '../../lib/months.ts';
import { wholeNumber } from '../../lib/plan-draft.ts';
import { href } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { DueChart } from './due-chart.tsx';

/** As the API has it. */
const MOST_CAPACITY = 9_999_999;

/** Legal due dates of the next months against the capacity, and against one that is tried. */
export function Simulation({ params }: { readonly params: URLSearchParams }) {
  const { t, words, format } = useText();
  const texts = t.plans.simulation;
  const typed = params.get('capacity') ?? '';
  const capacity = wholeNumber(typed, MOST_CAPACITY);
  const kind = DEVICE_KINDS.find((one) => one === params.get('kind'));
  const team = params.get('team') ?? '';
  const query = {
    capacity: capacity ?? undefined,
    kind,
    team: team === '' ? undefined : team,
  };
  const capacities = useResource('capacities', (signal) =>
    get<Page<Capacity>>('/capacities', {}, signal),
  );
  const found = useResource(`simulation ${JSON.stringify(query)}`, (signal) =>
    get<PlanSimulation>('/plan-simulation', query, signal),
  );
  const set = (change: Readonly<Record<string, string>>): void =>
    replaceHash(href('/plans', { ...Object.fromEntries(params), ...change }));
  const teams = [...new Set((capacities.data?.items ?? []).map((row) => row.team))];
  const { data } = found;
  const sliderId = useId();
  // What would be enough lies within the slider, whatever is tried.
  const most = Math.max(20, Math.ceil((data?.needed_from_first_month ?? 0) * 1.25), capacity ?? 0);
  return (
    <>
      <p className="tab-lead">{texts.lead}</p>
      <section className="filters simulation-controls" aria-label={t.fleet.filters}>
        <TextField
          label={texts.capacity}
          hint={texts.capacityHint}
          value={typed}
          problems={capacity === undefined ? [t.plans.form.problems.bound] : []}
          numeric
          onChange={(text) => set({ capacity: text })}
        />
        <div className="field">
          <label htmlFor={sliderId}>{texts.slider}</label>
          <input
            id={sliderId}
            type="range"
            min={0}
            max={most}
            value={capacity ?? data?.months[0]?.capacity ?? 0}
            onChange={(event) => set({ capacity: event.target.value })}
          />
        </div>
        <Choice
          label={texts.kind}
          anyText={t.common.all}
          value={kind ?? ''}
          options={DEVICE_KINDS.filter((one) => one !== 'gateway').map((one) => [
            one,
            words.deviceKind[one],
          ])}
          onChange={(chosen) => set({ kind: chosen })}
        />
        {teams.length > 0 && (
          <Choice
            label={texts.team}
            anyText={t.common.all}
            value={team}
            options={teams.map((one) => [one, one])}
            onChange={(chosen) => set({ team: chosen })}
          />
        )}
        {typed !== '' && (
          <button type="button" className="clear" onClick={() => set({ capacity: '' })}>
            {texts.apply}
          </button>
        )}
      </section>
      {found.error !== undefined && <ProblemNote error={found.error} retry={found.reload} />}
      {data === undefined && found.error === undefined && <Skeleton lines={8} />}
      {data !== undefined && <Found data={data} />}
      {data !== undefined && data.months.every((month) => month.capacity === 0) && (
        <p className="hint">{texts.noCapacity}</p>
      )}
      <p className="visually-hidden" role="status">
        {data !== undefined &&
          texts.chart(
            format.integer(data.months.at(-1)?.overdue ?? 0),
            monthText(data.months.at(-1)?.month ?? '', format.locale),
          )}
      </p>
    </>
  );
}

function Found({ data }: { readonly data: PlanSimulation }) {
  const { t, format } = useText();
  const texts = t.plans.simulation;
  const last = data.months.at(-1);
  if (data.devices.dated + data.devices.void === 0 || last === undefined)
    return <Empty>{texts.none}</Empty>;
  return (
    <>
      <section className="card">
        <dl className="facts-grid">
          <div>
            <dt>{texts.atStart}</dt>
            <dd>{format.integer(data.overdue_at_start)}</dd>
          </div>
          <div>
            <dt>{texts.neededFirst}</dt>
            <dd>{texts.perMonth(format.integer(data.needed_from_first_month))}</dd>
          </div>
          <div>
            <dt>{texts.neededEnd}</dt>
            <dd>{texts.perMonth(format.integer(data.needed_by_end))}</dd>
          </div>
        </dl>
        <DueChart
          months={data.months}
          label={texts.chart(format.integer(last.overdue), monthText(last.month, format.locale))}
        />
        <p className="hint">
          {texts.assumes}{' '}
          {data.devices.unknown > 0 && texts.without(format.integer(data.devices.unknown))}{' '}
          {data.devices.not_regulated > 0 &&
            texts.notRegulated(format.integer(data.devices.not_regulated))}
        </p>
      </section>
      <h2>{texts.table}</h2>
      <div className="table-frame">
        <table className="stacking">
          <caption className="visually-hidden">{texts.table}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.month}</th>
              <th scope="col" className="number">
                {texts.due}
              </th>
              <th scope="col" className="number">
                {texts.monthCapacity}
              </th>
              <th scope="col" className="number">
                {texts.verified}
              </th>
              <th scope="col" className="number">
                {texts.overdue}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.months.map((month) => (
              <tr key={month.month}>
                <th scope="row" data-label={texts.month}>
                  {monthText(month.month, format.locale)}
                </th>
                <td className="number" data-label={texts.due}>
                  {format.integer(month.due)}
                </td>
                <td className="number" data-label={texts.monthCapacity}>
                  {format.integer(month.capacity)}
                </td>
                <td className="number" data-label={texts.verified}>
                  {format.integer(month.verified)}
                  {month.ahead > 0 && (
                    <span className="sub">{texts.ahead(format.integer(month.ahead))}</span>
                  )}
                </td>
                <td className="number" data-label={texts.overdue}>
                  {month.overdue > 0 ? (
                    <strong className="warning">{format.integer(month.overdue)}</strong>
                  ) : (
                    '0'
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
