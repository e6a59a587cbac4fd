import type { VerificationScoreItem } from '@verimeter/api-schema';
import { Mark } from '../../components/badge.tsx';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { Query } from '../../lib/api-client.ts';
import { deviceHref } from '../../lib/routing.ts';
import { usePages } from '../../lib/use-pages.ts';

const TONES = {
  hit: 'calm',
  correct_silence: 'calm',
  false_alarm: 'warn',
  miss: 'alert',
  inspected: 'mute',
  no_claim: 'mute',
} as const;

function Row({ score }: { readonly score: VerificationScoreItem }) {
  const { t, words, format } = useText();
  const texts = t.trackRecord;
  const { error_estimate: estimate, interval_low: low, interval_high: high } = score;
  const { measured_error: measured, measured_uncertainty: uncertainty } = score;
  return (
    <tr>
      <th scope="row" data-label={texts.device}>
        <a href={deviceHref(score.device_id)}>{score.device_id}</a>
        <span className="sub">{texts.selections[score.selection]}</span>
      </th>
      <td data-label={texts.verifiedOn}>{format.date(score.verified_on)}</td>
      <td data-label={texts.outcome}>
        <span className="indication">
          <Mark tone={TONES[score.outcome]} />
          {texts.outcomes[score.outcome]}
        </span>
      </td>
      <td data-label={texts.published}>
        {words.recommendation[score.recommendation]}
        {estimate !== null && low !== null && high !== null && (
          <span className="sub">
            {format.signedPercent(estimate)} ({format.signedPercent(low)} …{' '}
            {format.signedPercent(high)})
          </span>
        )}
        {score.source === 'history' && <span className="sub">{texts.history}</span>}
      </td>
      <td data-label={texts.measured}>
        {measured === null ? (
          texts.resultOnly
        ) : (
          <>
            {format.signedPercent(measured, 2)}
            {uncertainty !== null && uncertainty > 0 && (
              <span className="sub">± {format.percent(1.96 * uncertainty, 2)}</span>
            )}
          </>
        )}
      </td>
      <td data-label={texts.covered}>
        {score.covered === null ? t.common.none : score.covered ? texts.inside : texts.outside}
      </td>
    </tr>
  );
}

/** The verifications that the record is made of, newest first. */
export function ScoreTable({ query }: { readonly query: Query }) {
  const { t } = useText();
  const texts = t.trackRecord;
  const list = usePages<VerificationScoreItem>('/track-record/scores', { ...query, limit: 20 });
  return (
    <section className="card">
      <h2>{texts.recent}</h2>
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && list.error === undefined && (
        <Skeleton lines={5} />
      )}
      {list.items.length > 0 && (
        <>
          <div className="table-frame">
            <table className="stacking">
              <caption className="visually-hidden">{texts.recent}</caption>
              <thead>
                <tr>
                  <th scope="col">{texts.device}</th>
                  <th scope="col">{texts.verifiedOn}</th>
                  <th scope="col">{texts.outcome}</th>
                  <th scope="col">{texts.published}</th>
                  <th scope="col">{texts.measured}</th>
                  <th scope="col">{texts.covered}</th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((score) => (
                  <Row key={score.verification_id} score={score} />
                ))}
              </tbody>
            </table>
          </div>
          <ListFoot list={list} />
        </>
      )}
    </section>
  );
}
