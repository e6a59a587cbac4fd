import type { Finding } from '@verimeter/api-schema';
import type { GroupKind } from '@verimeter/telemetry';
import { type KeyboardEvent, type MouseEvent, useRef } from 'react';
import {
  GroupStatusBadge,
  IndicationBadge,
  LegalState,
  RecommendationBadge,
} from '../../components/badge.tsx';
import { IntervalBar } from '../../components/interval-bar.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { estimateTexts } from '../../lib/estimate.ts';
import { groupKindOf } from '../../lib/group-kind.ts';
import { areaHref, findingHref } from '../../lib/routing.ts';
import { ageText, findingEstimate, subjectOf } from './finding-words.ts';

function EstimateCell({ finding }: { readonly finding: Finding }) {
  const { t, format } = useText();
  const estimate = findingEstimate(finding.estimate);
  const smallest = finding.estimate?.minimum_detectable ?? null;
  const note =
    smallest === null ? undefined : (
      <span className="sub">{t.findings.detectable(format.percent(smallest))}</span>
    );
  if (estimate === undefined)
    return (
      <>
        <span className="interval-none">{t.findings.noEstimate}</span>
        {note}
      </>
    );
  const texts = estimateTexts(estimate, format);
  return (
    <>
      <strong>{texts.value}</strong>{' '}
      <span className="hint">
        ({texts.low} … {texts.high})
      </span>
      <IntervalBar estimate={estimate} />
      {note}
    </>
  );
}

interface RowProps {
  readonly finding: Finding;
  readonly groupKind: GroupKind;
  readonly nowMs: number;
  /** Undefined: the reader may not act. */
  readonly selected: boolean | undefined;
  readonly showsStatus: boolean;
}

function Row({ finding, groupKind, nowMs, selected, showsStatus }: RowProps) {
  const { t, words, format } = useText();
  const name = subjectOf(finding);
  return (
    <tr className={selected === true ? 'chosen' : undefined}>
      {selected !== undefined && (
        <td className="choose">
          <input
            type="checkbox"
            checked={selected}
            data-finding={finding.id}
            aria-label={t.findings.choose(name)}
            readOnly
          />
        </td>
      )}
      <th scope="row" data-label={t.findings.subject}>
        <a href={findingHref(finding.id)}>{name}</a>
        <span className="sub">
          {finding.kind === null ? t.findings.ofArea : words.deviceKind[finding.kind]}
        </span>
        {finding.address !== null && <span className="sub">{finding.address}</span>}
      </th>
      <td data-label={t.findings.area}>
        {finding.area_id === null ? (
          t.common.none
        ) : (
          <a href={areaHref(finding.area_id)}>{finding.area_id}</a>
        )}
      </td>
      <td data-label={t.findings.statement}>
        {finding.recommendation !== null && <RecommendationBadge value={finding.recommendation} />}
        {finding.indication === null ? (
          <GroupStatusBadge kind={groupKind} value={finding.group_status} />
        ) : (
          <IndicationBadge value={finding.indication} />
        )}
      </td>
      <td data-label={t.findings.estimate}>
        {finding.device_id === null ? t.common.none : <EstimateCell finding={finding} />}
      </td>
      <td data-label={t.findings.age} title={format.dateTime(finding.created_at)}>
        {ageText(finding.created_at, nowMs, format)}
      </td>
      <td data-label={t.findings.due}>
        {finding.legal_status === null ? (
          t.common.none
        ) : (
          <LegalState value={finding.legal_status} />
        )}
        {finding.due_on !== null && <span className="sub">{format.date(finding.due_on)}</span>}
      </td>
      <td data-label={t.findings.assignee}>
        {finding.assignee ?? <span className="hint">{t.findings.nobody}</span>}
        {showsStatus && <span className="sub">{words.findingStatus[finding.status]}</span>}
      </td>
    </tr>
  );
}

interface FindingsTableProps {
  readonly findings: readonly Finding[];
  readonly groupKinds: ReadonlyMap<string, GroupKind>;
  readonly nowMs: number;
  readonly showsStatus: boolean;
  /** Undefined: the reader may not act. */
  readonly chosen: ReadonlySet<number> | undefined;
  readonly onChoose: (chosen: ReadonlySet<number>) => void;
}

export function FindingsTable(props: FindingsTableProps) {
  const { findings, groupKinds, chosen, onChoose } = props;
  const { t } = useText();
  const body = useRef<HTMLTableSectionElement>(null);
  /** Row of the last click or key, from which a range goes. */
  const anchor = useRef(0);
  const ids = findings.map(({ id }) => id);
  const rowOf = (target: EventTarget): number =>
    target instanceof HTMLInputElement ? ids.indexOf(Number(target.dataset['finding'])) : -1;

  const set = (rows: readonly number[], isChosen: boolean): void => {
    const next = new Set(chosen);
    for (const row of rows) {
      const id = ids[row];
      if (id === undefined) continue;
      if (isChosen) next.add(id);
      else next.delete(id);
    }
    onChoose(next);
  };
  const click = (event: MouseEvent<HTMLTableSectionElement>): void => {
    const row = rowOf(event.target);
    if (row < 0) return;
    const from = event.shiftKey ? Math.min(anchor.current, row) : row;
    const to = event.shiftKey ? Math.max(anchor.current, row) : row;
    const isChosen = chosen?.has(ids[row] ?? 0) !== true;
    set(
      Array.from({ length: to - from + 1 }, (_unused, step) => from + step),
      isChosen,
    );
    anchor.current = row;
  };
  const key = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const row = rowOf(event.target);
    const next = row + (event.key === 'ArrowDown' ? 1 : -1);
    if (row < 0 || next < 0 || next >= ids.length) return;
    event.preventDefault();
    body.current
      ?.querySelector<HTMLInputElement>(`input[data-finding="${String(ids[next])}"]`)
      ?.focus();
    if (event.shiftKey) set([row, next], true);
    anchor.current = next;
  };
  const all = chosen !== undefined && ids.every((id) => chosen.has(id));
  return (
    <div className="table-frame">
      <table className="stacking findings">
        <caption className="visually-hidden">{t.findings.lead}</caption>
        <thead>
          <tr>
            {chosen !== undefined && (
              <th scope="col" className="choose">
                <input
                  type="checkbox"
                  checked={all}
                  aria-label={t.findings.chooseShown}
                  onChange={() =>
                    set(
                      ids.map((_id, row) => row),
                      !all,
                    )
                  }
                />
              </th>
            )}
            <th scope="col">{t.findings.subject}</th>
            <th scope="col">{t.findings.area}</th>
            <th scope="col">{t.findings.statement}</th>
            <th scope="col">{t.findings.estimate}</th>
            <th scope="col">{t.findings.age}</th>
            <th scope="col">{t.findings.due}</th>
            <th scope="col">{t.findings.assignee}</th>
          </tr>
        </thead>
        <tbody ref={body} onClick={click} onKeyDown={key}>
          {findings.map((finding) => (
            <Row
              key={finding.id}
              finding={finding}
              groupKind={groupKinds.get(finding.group_id ?? '') ?? groupKindOf(finding.quantity)}
              nowMs={props.nowMs}
              selected={chosen?.has(finding.id)}
              showsStatus={props.showsStatus}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
