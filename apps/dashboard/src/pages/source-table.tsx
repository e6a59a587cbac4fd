import type { Source } from '@verimeter/api-schema';
import { Fragment, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Mark } from '../components/badge.tsx';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, request } from '../lib/api-client.ts';
import { href } from '../lib/routing.ts';
import { type DialectEntry, inputOf } from '../lib/source-draft.ts';
import { asApiError } from '../lib/use-resource.ts';
import { dialectTitle } from './source-words.ts';

/** More are folded away. */
const NAMES_SHOWN = 4;
const USUAL_RANK = 100;

function State({ source }: { readonly source: Source }) {
  const { t } = useText();
  const live = source.activity === null ? 'waiting' : 'on';
  const running = source.problems.length > 0 ? 'problem' : live;
  const state = source.enabled ? running : 'off';
  const tone = ({ on: 'calm', waiting: 'note', off: 'mute', problem: 'alert' } as const)[state];
  return (
    <>
      <span className="indication">
        <Mark tone={tone} />
        {t.sources.states[state === 'waiting' ? 'on' : state]}
      </span>
      {source.problems.map(({ worker, problem }) => (
        <span key={worker} className="sub">
          {worker}: {problem}
        </span>
      ))}
    </>
  );
}

function FieldNames({ names }: { readonly names: readonly string[] }) {
  const { t, format } = useText();
  if (names.length === 0) return t.common.none;
  const all = names.map((name) => (
    <code key={name} className="field-name">
      {name}
    </code>
  ));
  if (names.length <= NAMES_SHOWN) return <span>{all}</span>;
  return (
    <details>
      <summary>{t.sources.fieldCount(format.integer(names.length))}</summary>
      {all}
    </details>
  );
}

/** One a line, which may break behind a level. */
function Filters({ filter }: { readonly filter: string }) {
  return filter
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => (
      <code key={one} className="filter">
        {one.split('/').map((level, index) => (
          // A filter may name one level twice: its place belongs to the key.
          <Fragment key={`${index} ${level}`}>
            {index > 0 && (
              <>
                /<wbr />
              </>
            )}
            {level}
          </Fragment>
        ))}
      </code>
    ));
}

interface ActionsProps {
  readonly source: Source;
  readonly onChanged: (said: string, isGone: boolean) => void;
}

/** Edit, off and on, and removal, which asks first. */
function SourceActions({ source, onChanged }: ActionsProps) {
  const { t } = useText();
  const [isAsking, setAsking] = useState(false);
  const removal = useRef<HTMLButtonElement>(null);
  const hasAsked = useRef(false);
  // The focus goes back to the button that asked, once it is there again.
  useEffect(() => {
    if (!isAsking && hasAsked.current) removal.current?.focus();
    hasAsked.current = isAsking;
  }, [isAsking]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const { name, enabled } = source;
  const path = `/sources/${encodeURIComponent(name)}`;
  const run = async (work: () => Promise<unknown>, said: string, isGone = false): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      onChanged(said, isGone);
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  const turn = () =>
    run(
      () => request<Source>('PUT', path, { body: { ...inputOf(source), enabled: !enabled } }),
      t.sources.form.saved(name),
    );
  const remove = () => run(() => request('DELETE', path), t.sources.form.removed(name), true);
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setAsking(false);
  };
  if (isAsking)
    return (
      <div className="confirm" role="group" aria-label={t.sources.removeOf(name)} onKeyDown={leave}>
        <p>{t.sources.removeAsk(name)}</p>
        <button type="button" className="danger" disabled={busy} onClick={() => void remove()}>
          {t.sources.removeYes}
        </button>{' '}
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the answer that does no harm, to a question just asked */}
        <button type="button" className="quiet" autoFocus onClick={() => setAsking(false)}>
          {t.sources.removeNo}
        </button>
        {error !== undefined && <ProblemNote error={error} />}
      </div>
    );
  return (
    <div className="row-actions compact">
      <a
        className="button"
        href={href('/sources', { edit: name })}
        aria-label={t.sources.editOf(name)}
      >
        {t.sources.edit}
      </a>
      <button
        type="button"
        disabled={busy}
        aria-label={enabled ? t.sources.switchOffOf(name) : t.sources.switchOnOf(name)}
        onClick={() => void turn()}
      >
        {enabled ? t.sources.switchOff : t.sources.switchOn}
      </button>
      <button
        ref={removal}
        type="button"
        className="quiet"
        disabled={busy}
        aria-label={t.sources.removeOf(name)}
        onClick={() => setAsking(true)}
      >
        {t.sources.remove}
      </button>
      {error !== undefined && <ProblemNote error={error} />}
    </div>
  );
}

interface TableProps {
  readonly sources: readonly Source[];
  readonly dialects: readonly DialectEntry[];
  readonly mayChange: boolean;
  readonly onChanged: (said: string, isGone: boolean) => void;
}

export function SourceTable({ sources, dialects, mayChange, onChanged }: TableProps) {
  const { t, format } = useText();
  const titleOf = (dialect: string): string => {
    const found = dialects.find(({ name }) => name === dialect);
    return found === undefined ? dialect : dialectTitle(found, t.sources);
  };
  return (
    <section className="table-frame" aria-label={t.sources.list}>
      <table className="stacking source-table">
        <thead>
          <tr>
            <th scope="col">{t.sources.name}</th>
            <th scope="col">{t.sources.filter}</th>
            <th scope="col">{t.sources.state}</th>
            <th scope="col" className="number">
              {t.sources.messages}
            </th>
            <th scope="col" className="number">
              {t.sources.readings}
            </th>
            <th scope="col" className="number">
              {t.sources.rejected}
            </th>
            <th scope="col">{t.sources.unknownFields}</th>
            {mayChange && <th scope="col">{t.sources.actions}</th>}
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => {
            const { name, dialect, filter, rank, activity } = source;
            return (
              <tr key={name} className={activity === null ? 'idle' : undefined}>
                <th scope="row">
                  <strong>{name}</strong>
                  <span className="sub">{titleOf(dialect)}</span>
                </th>
                <td data-label={t.sources.filter}>
                  <Filters filter={filter} />
                  {rank !== USUAL_RANK && (
                    <span className="sub">{t.sources.rankOf(format.integer(rank))}</span>
                  )}
                </td>
                <td data-label={t.sources.state}>
                  <State source={source} />
                  {activity !== null && (
                    <span className="sub time">{format.dateTime(activity.last_at)}</span>
                  )}
                  {activity === null && source.enabled && (
                    <span className="sub">{t.sources.nothingYet}</span>
                  )}
                </td>
                <td className="number came" data-label={t.sources.messages}>
                  {format.integer(activity?.messages ?? 0)}
                </td>
                <td className="number came" data-label={t.sources.readings}>
                  {format.integer(activity?.readings ?? 0)}
                </td>
                <td className="number came" data-label={t.sources.rejected}>
                  {format.integer(activity?.rejected ?? 0)}
                </td>
                <td className="came" data-label={t.sources.unknownFields}>
                  <FieldNames names={activity?.unknown_fields ?? []} />
                </td>
                {mayChange && (
                  <td data-label={t.sources.actions}>
                    <SourceActions source={source} onChanged={onChanged} />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
