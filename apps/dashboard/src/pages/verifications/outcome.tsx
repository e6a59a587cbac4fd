import type {
  DeviceLegalState,
  Finding,
  LegalStateItem,
  VerificationItem,
  VerificationScoreItem,
} from '@verimeter/api-schema';
import { useEffect, useRef } from 'react';
import { LegalState } from '../../components/badge.tsx';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { get, type Page } from '../../lib/api-client.ts';
import { deviceHref, entryHref } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { DueDate } from '../legal/due-date.tsx';
import { ScoreWords } from '../findings/score-words.tsx';
import type { Before } from './entry-page.tsx';
import { OverallError } from './overall-error.tsx';
import { recordHref } from './record-list.tsx';
import { WarningList } from './warning-list.tsx';

const CLOSED: readonly Finding['status'][] = ['verified', 'dismissed'];
const isClosed = ({ status }: Finding): boolean => CLOSED.includes(status);

function Findings({ before, after }: { readonly before: Before; readonly after: Before }) {
  const { t, words } = useText();
  const texts = t.legal.outcome;
  const open = before.findings.filter((finding) => !isClosed(finding));
  if (open.length === 0) return <p>{texts.findingNone}</p>;
  return (
    <ul>
      {open.map((finding) => {
        const now = after.findings.find(({ id }) => id === finding.id);
        const said =
          finding.indication === null
            ? String(finding.id)
            : words.indication[finding.indication][0];
        return (
          <li key={finding.id}>
            {now === undefined || isClosed(now)
              ? texts.findingClosed(said)
              : texts.findingOpen(said, words.findingStatus[now.status])}
          </li>
        );
      })}
    </ul>
  );
}

function Change({
  before,
  after,
}: {
  readonly before: LegalStateItem;
  readonly after: LegalStateItem;
}) {
  const { t, words } = useText();
  const texts = t.legal.outcome;
  return (
    <>
      <LegalState value={after.status} />
      <p>
        {before.status === after.status
          ? texts.same(words.legal[after.status])
          : texts.change(words.legal[before.status], words.legal[after.status])}
      </p>
      {after.reasons.map((reason) => (
        <p key={reason} className="hint">
          {t.legal.words.reason[reason]}
        </p>
      ))}
    </>
  );
}

/** What a result has changed: legal status, its end, and what was open of the device. */
export function Outcome({
  item,
  before,
  corrected,
}: {
  readonly item: VerificationItem;
  readonly before: Before;
  readonly corrected: boolean;
}) {
  const { t } = useText();
  const texts = t.legal.outcome;
  const path = encodeURIComponent(item.device_id);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const now = useResource(`after entry ${item.id} ${item.version}`, async (signal) => {
    const legal = await get<DeviceLegalState>(`/devices/${path}/legal-state`, {}, signal);
    const findings = await get<Page<Finding>>('/findings', { device_id: item.device_id }, signal);
    const scores = await get<Page<VerificationScoreItem>>(
      '/track-record/scores',
      { device_id: item.device_id, limit: 100 },
      signal,
    );
    const score = scores.items.find((one) => one.verification_id === item.id);
    return { legal, findings: findings.items, score };
  });
  return (
    <section className="card outcome" aria-labelledby="outcome">
      <h2 id="outcome" ref={heading} tabIndex={-1}>
        {corrected ? texts.titleCorrected : texts.title}: {item.device_id}
      </h2>
      {now.error !== undefined && <ProblemNote error={now.error} retry={now.reload} />}
      {now.data === undefined && now.error === undefined && <Skeleton lines={3} />}
      {now.data !== undefined && (
        <dl className="facts-grid">
          <div>
            <dt>{texts.legal}</dt>
            <dd>
              <Change before={before.legal} after={now.data.legal} />
            </dd>
          </div>
          <div>
            <dt>{texts.due}</dt>
            <dd>
              <DueDate
                state={now.data.legal}
                sources={new Map(now.data.legal.rules_used.map(({ id, source }) => [id, source]))}
              />
            </dd>
          </div>
          <div>
            <dt>{texts.findings}</dt>
            <dd>
              <Findings before={before} after={now.data} />
            </dd>
          </div>
        </dl>
      )}
      {now.data?.score !== undefined && (
        <>
          <h3>{t.findings.scoreTitle}</h3>
          <ScoreWords score={now.data.score} />
        </>
      )}
      <OverallError item={item} />
      {item.warnings.length > 0 && (
        <>
          <h3>{t.legal.record.warningsTitle}</h3>
          <WarningList
            warnings={item.warnings.map(({ code, test_point }) => ({
              code,
              testPoint: test_point ?? undefined,
            }))}
          />
        </>
      )}
      <div className="row-actions">
        <a className="button primary" href={entryHref()}>
          {texts.next}
        </a>
        <a className="button" href={recordHref(item.id)}>
          {texts.record}
        </a>
        <a className="button" href={deviceHref(item.device_id)}>
          {texts.toDevice}
        </a>
      </div>
    </section>
  );
}
