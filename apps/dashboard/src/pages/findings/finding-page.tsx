import type { FindingDetail, FindingSummary, GroupDetail } from '@verimeter/api-schema';
import type { GroupKind } from '@verimeter/telemetry';
import {
  GroupStatusBadge,
  IndicationBadge,
  LegalState,
  RecommendationBadge,
} from '../../components/badge.tsx';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { IntervalBar } from '../../components/interval-bar.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get } from '../../lib/api-client.ts';
import { estimateTexts, limitText } from '../../lib/estimate.ts';
import { groupKindOf } from '../../lib/group-kind.ts';
import { useLiveEvent, useThrottled } from '../../lib/live.tsx';
import { areaHref, deviceHref, entryHref, href } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { FindingActions, useMayWrite } from './finding-actions.tsx';
import { FindingHistory } from './finding-history.tsx';
import { findingEstimate, isLive, subjectOf } from './finding-words.ts';
import { ScoreWords } from './score-words.tsx';

function EstimateFacts({ finding }: { readonly finding: FindingDetail }) {
  const { t, format } = useText();
  const estimate = findingEstimate(finding.estimate);
  const smallest = finding.estimate?.minimum_detectable ?? null;
  const texts = estimate === undefined ? undefined : estimateTexts(estimate, format);
  const over = finding.estimate?.probability_over_limit ?? null;
  const rows: readonly (readonly [string, string | undefined])[] = [
    [t.device.interval, texts === undefined ? undefined : `${texts.low} … ${texts.high}`],
    [
      t.device.limit,
      estimate === undefined ? undefined : `±${limitText(estimate.limit, undefined, format)}`,
    ],
    [t.device.overLimit, over === null ? undefined : format.probability(over)],
    [t.device.detectable, smallest === null ? undefined : `±${format.percent(smallest)}`],
  ];
  return (
    <div className="numbers">
      {estimate !== undefined && texts !== undefined && (
        <div className="estimate">
          <span className="estimate-name">{t.findings.estimateTitle}</span>
          <span className="estimate-value">{texts.value}</span>
          <IntervalBar estimate={estimate} />
        </div>
      )}
      <dl className="facts two">
        {rows
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

/** What the data says of the subject, in words and numbers. */
function Statement({
  finding,
  groupKind,
}: {
  readonly finding: FindingDetail;
  readonly groupKind: GroupKind;
}) {
  const { t, words, format } = useText();
  const { indication, recommendation, group_status: status } = finding;
  return (
    <section className="card verdict" aria-label={t.findings.statement}>
      <div className="verdict-head">
        {recommendation !== null && <RecommendationBadge value={recommendation} />}
        {indication === null ? (
          <GroupStatusBadge kind={groupKind} value={status} />
        ) : (
          <IndicationBadge value={indication} />
        )}
        <span className="hint">
          {finding.quantity !== '' && (words.quantity[finding.quantity] ?? finding.quantity)}
          {finding.as_of !== null && ` · ${t.common.asOf} ${format.dateTime(finding.as_of)}`}
        </span>
      </div>
      {indication !== null && <p className="verdict-text">{words.indication[indication][1]}</p>}
      {indication === null && status !== null && (
        <p className="verdict-text">
          {words.groupStatus[groupKind][status][1]} {words.groupStatus[groupKind][status][2]}
        </p>
      )}
      {finding.device_id !== null && <EstimateFacts finding={finding} />}
      {finding.evidence.length > 0 && (
        <>
          <h2>{t.findings.evidence}</h2>
          <ul className="evidence">
            {finding.evidence.map((item) => (
              <li key={`${item.code} ${item.text}`}>{item.text}</li>
            ))}
          </ul>
        </>
      )}
      <p className="invariant">{t.device.invariant}</p>
    </section>
  );
}

function Legal({ finding }: { readonly finding: FindingDetail }) {
  const { t, format } = useText();
  const mayWrite = useMayWrite();
  const { device_id: deviceId, legal_status: status, due_on: due } = finding;
  if (deviceId === null) return null;
  return (
    <section className="card">
      <h2>{t.findings.legal}</h2>
      {status !== null && <LegalState value={status} />}
      <p>
        {t.findings.due}: {due === null ? t.findings.noDue : format.date(due)}
      </p>
      <ul className="plain">
        <li>
          <a href={deviceHref(deviceId)}>{t.findings.openDevice}</a>
        </li>
        {mayWrite && (
          <li>
            <a href={entryHref(deviceId)}>{t.findings.enterVerification}</a>
          </li>
        )}
      </ul>
    </section>
  );
}

function FindingBody({
  finding,
  names,
  reload,
}: {
  readonly finding: FindingDetail;
  readonly names: readonly string[];
  readonly reload: () => void;
}) {
  const { t, words } = useText();
  const { device_id: deviceId, group_id: groupId, area_id: areaId } = finding;
  const ofGroup = deviceId === null ? groupId : null;
  const group = useResource(`kind of ${ofGroup ?? ''}`, async (signal) =>
    ofGroup === null
      ? undefined
      : get<GroupDetail>(`/groups/${encodeURIComponent(ofGroup)}`, {}, signal),
  );
  const groupKind = group.data?.kind ?? groupKindOf(finding.quantity);
  return (
    <>
      <div className="page-head">
        <h1>
          {deviceId === null ? (
            <a href={areaHref(groupId ?? '')}>{groupId}</a>
          ) : (
            <a href={deviceHref(deviceId)}>{deviceId}</a>
          )}
        </h1>
        <p className="lead">
          {[
            t.findings.number(String(finding.id)),
            finding.kind === null ? words.groupKind[groupKind] : words.deviceKind[finding.kind],
            finding.address,
          ]
            .filter((part) => part !== null && part !== '')
            .join(' · ')}
          {deviceId !== null && areaId !== null && (
            <>
              {' · '}
              <a href={areaHref(areaId)}>{areaId}</a>
            </>
          )}
        </p>
      </div>
      <div className="columns">
        <div className="column-main">
          <Statement finding={finding} groupKind={groupKind} />
          {finding.score !== null && (
            <section className="card">
              <h2>{t.findings.scoreTitle}</h2>
              <ScoreWords score={finding.score} />
            </section>
          )}
          <section className="card">
            <h2>{t.findings.history}</h2>
            <FindingHistory events={finding.history} groupKind={groupKind} />
          </section>
        </div>
        <div className="column-side">
          <section className="card">
            <h2>{t.findings.change}</h2>
            <p className={isLive(finding.status) ? 'state' : 'state state-over'}>
              {words.findingStatus[finding.status]}
              {finding.reason !== null && ` · ${t.findings.reasons[finding.reason]}`}
              {finding.assignee !== null && ` · ${finding.assignee}`}
            </p>
            <FindingActions finding={finding} names={names} onSaved={reload} />
          </section>
          <Legal finding={finding} />
        </div>
      </div>
    </>
  );
}

/** One finding: what the data says, what people did, and what may be done. */
export function FindingPage({ id }: { readonly id: string }) {
  const { t, language } = useText();
  const finding = useResource(`finding ${id} ${language}`, (signal) =>
    get<FindingDetail>(`/findings/${encodeURIComponent(id)}`, {}, signal),
  );
  const summary = useResource('finding assignees', (signal) =>
    get<FindingSummary>('/findings/summary', {}, signal),
  );
  const { data, error, reload } = finding;
  useTitle(data === undefined ? t.findings.number(id) : subjectOf(data));
  const soon = useThrottled(reload, 1000);
  useLiveEvent('finding', (event) => {
    if (String(event.id) === id) soon();
  });
  return (
    <>
      <p className="crumbs">
        <a href={href('/findings')}>{t.findings.back}</a>
      </p>
      {error !== undefined && (
        <>
          <h1>{t.findings.number(id)}</h1>
          <ProblemNote error={error} retry={reload} />
        </>
      )}
      {data === undefined && error === undefined && <Skeleton lines={10} />}
      {data !== undefined && (
        <FindingBody
          finding={data}
          names={(summary.data?.assignees ?? []).map(({ assignee }) => assignee)}
          reload={reload}
        />
      )}
    </>
  );
}
