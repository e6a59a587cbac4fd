import type { Capacity, CapacityInput } from '@verimeter/api-schema';
import { useRef, useState } from 'react';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, get, type Page, request } from '../../lib/api-client.ts';
import { laterMonth, monthText } from '../../lib/months.ts';
import { href } from '../../lib/routing.ts';
import { asApiError, useResource } from '../../lib/use-resource.ts';
import { CapacityForm, type CapacityEdit } from './capacity-form.tsx';
import { inputOf } from './capacity-rows.ts';

interface CapacitiesProps {
  readonly params: URLSearchParams;
  readonly mayWrite: boolean;
}

const keyOf = ({ team, from }: { readonly team: string; readonly from: string }): string =>
  `${from} ${team}`;

/** What each team can do, by months; operators change it. */
export function Capacities({ params, mayWrite }: CapacitiesProps) {
  const { t } = useText();
  const texts = t.plans.capacities;
  const [done, setDone] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLParagraphElement>(null);
  const list = useResource('capacities', (signal) =>
    get<Page<Capacity>>('/capacities', {}, signal),
  );
  const rows = list.data?.items;
  const edit = mayWrite ? readEdit(params, rows ?? []) : undefined;
  /** All rows are put at once: what is not among them is withdrawn. */
  const put = async (items: readonly CapacityInput[]): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await request('PUT', '/capacities', { body: { items } });
      list.reload();
      setDone(texts.saved);
      globalThis.location.hash = href('/plans', { view: 'capacities' });
      // What had the focus may be gone.
      heading.current?.focus();
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  const save = (input: CapacityInput, asked: CapacityEdit): Promise<void> => {
    const { row } = asked;
    const others = (rows ?? []).filter((one) => one !== row).map(inputOf);
    // What counted until then stays, and ends with the month before.
    const before =
      asked.kind === 'later' && row !== undefined
        ? [{ ...inputOf(row), to: laterMonth(input.from, -1) }]
        : [];
    return put([...others, ...before, input]);
  };
  return (
    <>
      <p className="tab-lead" ref={heading} tabIndex={-1}>
        {texts.lead}
      </p>
      {!mayWrite && <p className="hint">{t.plans.readOnly}</p>}
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {error !== undefined && <ProblemNote error={error} />}
      <p className="done" role="status">
        {done}
      </p>
      {rows === undefined && list.error === undefined && <Skeleton lines={4} />}
      {edit !== undefined && rows !== undefined && (
        <CapacityForm
          key={JSON.stringify([edit.kind, edit.row?.team, edit.row?.from])}
          edit={edit}
          busy={busy}
          onSave={(input) => void save(input, edit)}
        />
      )}
      {rows !== undefined && rows.length > 0 && (
        <CapacityTable
          rows={rows}
          mayWrite={mayWrite}
          busy={busy}
          onRemove={(row) => void put(rows.filter((one) => one !== row).map(inputOf))}
        />
      )}
      {rows?.length === 0 && <Empty>{texts.empty}</Empty>}
      {mayWrite && edit === undefined && rows !== undefined && (
        <p className="list-foot">
          <a className="button" href={href('/plans', { view: 'capacities', add: '1' })}>
            {texts.add}
          </a>
        </p>
      )}
    </>
  );
}

/** What the address says is edited. */
function readEdit(params: URLSearchParams, rows: readonly Capacity[]): CapacityEdit | undefined {
  if (params.has('add')) return { kind: 'add', row: undefined };
  const named = (name: string) => rows.find((row) => keyOf(row) === params.get(name));
  const edited = named('edit');
  if (edited !== undefined) return { kind: 'edit', row: edited };
  const later = named('later');
  return later === undefined ? undefined : { kind: 'later', row: later };
}

interface TableProps {
  readonly rows: readonly Capacity[];
  readonly mayWrite: boolean;
  readonly busy: boolean;
  readonly onRemove: (row: Capacity) => void;
}

function CapacityTable({ rows, mayWrite, busy, onRemove }: TableProps) {
  const { t, words, format } = useText();
  const texts = t.plans.capacities;
  const [asked, setAsked] = useState<string>();
  const month = (text: string): string => monthText(text, format.locale);
  return (
    <div className="table-frame">
      <table className="stacking">
        <caption className="visually-hidden">{t.plans.view.capacities}</caption>
        <thead>
          <tr>
            <th scope="col">{t.plans.form.team}</th>
            <th scope="col">{texts.from}</th>
            <th scope="col">{texts.amount}</th>
            <th scope="col">{texts.reach}</th>
            <th scope="col">{texts.enteredBy}</th>
            {mayWrite && <th scope="col">{t.plans.actions}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row" data-label={t.plans.form.team}>
                {row.team}
              </th>
              <td data-label={texts.from}>
                {month(row.from)}
                <span className="sub">
                  {row.to === null ? texts.open : `${texts.to} ${month(row.to)}`}
                </span>
              </td>
              <td data-label={texts.amount}>
                {row.visits_per_month !== null && (
                  <span>{texts.visits(format.integer(row.visits_per_month))}</span>
                )}
                {row.minutes_per_month !== null && (
                  <span className="sub">
                    {texts.minutes(format.integer(row.minutes_per_month))}
                  </span>
                )}
              </td>
              <td data-label={texts.reach}>
                {row.kinds === null
                  ? texts.allKinds
                  : row.kinds.map((kind) => words.deviceKind[kind]).join(', ')}
                <span className="sub">{row.areas?.join(', ') ?? texts.everywhere}</span>
              </td>
              <td data-label={texts.enteredBy}>
                {row.entered_by_name ?? row.entered_by}
                <span className="sub">{format.dateTime(row.entered_at)}</span>
              </td>
              {mayWrite && (
                <td className="wide-cell" data-label={t.plans.actions}>
                  {asked === keyOf(row) ? (
                    <div className="confirm">
                      <p>{texts.removeAsk(row.team, month(row.from))}</p>
                      <div className="row-actions compact">
                        <button
                          type="button"
                          className="danger"
                          disabled={busy}
                          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the answer to what was pressed
                          autoFocus
                          onClick={() => {
                            setAsked(undefined);
                            onRemove(row);
                          }}
                        >
                          {texts.removeYes}
                        </button>
                        <button type="button" className="quiet" onClick={() => setAsked(undefined)}>
                          {t.plans.no}
                        </button>
                      </div>
                    </div>
                  ) : (
                    <div className="row-actions compact">
                      <a
                        className="button"
                        aria-label={texts.editOf(row.team)}
                        href={href('/plans', { view: 'capacities', edit: keyOf(row) })}
                      >
                        {texts.edit}
                      </a>
                      <a
                        className="button"
                        aria-label={texts.laterOf(row.team)}
                        href={href('/plans', { view: 'capacities', later: keyOf(row) })}
                      >
                        {texts.later}
                      </a>
                      <button
                        type="button"
                        className="quiet"
                        aria-label={texts.removeOf(row.team)}
                        onClick={() => setAsked(keyOf(row))}
                      >
                        {texts.remove}
                      </button>
                    </div>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
