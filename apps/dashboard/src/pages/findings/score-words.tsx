import type { VerificationScoreItem } from '@verimeter/api-schema';
import { useText } from '../../i18n/i18n.tsx';

/** What had been published, what was measured, and how the two go together. */
export function ScoreWords({ score }: { readonly score: VerificationScoreItem }) {
  const { t, format } = useText();
  const { measured_error: measured, error_estimate: estimate } = score;
  const { predicted_low: low, predicted_high: high } = score;
  return (
    <>
      <p>
        <strong>{t.trackRecord.outcomes[score.outcome]}</strong>
      </p>
      {measured !== null && estimate !== null && low !== null && high !== null && (
        <p>
          {t.findings.scoreSentence({
            on: format.date(score.verified_on),
            measured: format.signedPercent(measured, 2),
            asOf: format.date(score.as_of),
            estimate: format.signedPercent(estimate),
            low: format.signedPercent(low),
            high: format.signedPercent(high),
          })}{' '}
          {score.covered === true ? t.findings.scoreCovered : t.findings.scoreMissed}
        </p>
      )}
    </>
  );
}
