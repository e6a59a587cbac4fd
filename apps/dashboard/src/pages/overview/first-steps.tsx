import { useText } from '../../i18n/i18n.tsx';
import { href } from '../../lib/routing.ts';

const IMPORTS = `verimeter import devices devices.csv
verimeter import groups groups.csv
verimeter import members members.csv`;

/** What to do where there is nothing yet. */
export function FirstSteps() {
  const { t } = useText();
  const { steps } = t.overview;
  return (
    <section className="card first-steps">
      <h2>{t.overview.start}</h2>
      <p>{t.overview.startLead}</p>
      <ol>
        <li>
          {steps.register}
          <pre>{IMPORTS}</pre>
        </li>
        <li>
          {steps.connect} <a href={href('/sources')}>{t.overview.toSources}</a>
          <pre>{'verimeter/v1/{tenant}/{device}/readings'}</pre>
        </li>
        <li>
          {steps.history}
          <pre>verimeter import readings readings.csv.gz</pre>
        </li>
        <li>
          {steps.verify}
          <pre>verimeter import verifications verifications.csv</pre>
        </li>
        <li>
          {steps.analyse}
          <pre>verimeter analyze</pre>
        </li>
      </ol>
    </section>
  );
}
