import { Choice } from '../components/choice.tsx';
import { useText } from '../i18n/i18n.tsx';
import { href } from '../lib/routing.ts';
import { replaceHash } from '../lib/use-route.ts';
import { ExceptionList } from './exception-list.tsx';

/** What is merely unusual is left out until it is asked for: single missing readings are most of it. */
const TO_SEE = 'severe,warning';

/** Exceptions of all devices, by severity. */
export function ValidationTable({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const { severe, warning, info } = t.exceptions.severities;
  const choices = [
    [TO_SEE, `${severe} + ${warning}`],
    ['severe', severe],
    ['warning', warning],
    ['info', info],
  ] as const;
  const severity = choices.find(([value]) => value === params.get('severity'))?.[0] ?? TO_SEE;
  return (
    <>
      <p className="tab-lead">{t.exceptions.lead}</p>
      <div className="filters">
        <Choice
          label={t.exceptions.severity}
          value={severity}
          options={choices}
          onChange={(value) =>
            replaceHash(href('/quality', { view: 'validation', severity: value }))
          }
        />
      </div>
      <ExceptionList severity={severity} />
    </>
  );
}
