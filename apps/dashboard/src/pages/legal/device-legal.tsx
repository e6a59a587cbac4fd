import type { DeviceLegalState } from '@verimeter/api-schema';
import { Badge, LegalState } from '../../components/badge.tsx';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { useMayOperate } from '../../lib/roles.ts';
import { entryHref } from '../../lib/routing.ts';
import type { Resource } from '../../lib/use-resource.ts';
import { DueDate } from './due-date.tsx';

type Rule = DeviceLegalState['rules_used'][number];

function UsedRule({ rule }: { readonly rule: Rule }) {
  const { t, format } = useText();
  const texts = t.legal.device;
  const words = t.legal.words;
  return (
    <li>
      <span className="rule-line">
        <span>
          {rule.months === null
            ? words.ruleBasis[rule.basis]
            : texts.ruleMonths(format.integer(rule.months))}
        </span>
        <Badge
          tone={rule.status === 'confirmed' ? 'calm' : 'warn'}
          text={words.ruleStatus[rule.status]}
        />
      </span>
      <cite className="sub">{words.citation(rule.source)}</cite>
      {rule.status === 'unverified' && rule.ends.length > 0 && (
        <span className="sub">
          {texts.ruleEnds(
            rule.ends
              .toSorted()
              .map((day) => format.date(day))
              .join(' … '),
          )}
        </span>
      )}
    </li>
  );
}

/** How a device stands before the law, why, and by which rules. */
export function DeviceLegal({
  deviceId,
  legal,
}: {
  readonly deviceId: string;
  readonly legal: Resource<DeviceLegalState>;
}) {
  const { t, format } = useText();
  const texts = t.legal.device;
  const mayOperate = useMayOperate();
  const { data, error } = legal;
  return (
    <section className="card" aria-labelledby="device-legal">
      <h2 id="device-legal">{texts.title}</h2>
      {error !== undefined && <ProblemNote error={error} retry={legal.reload} />}
      {data === undefined && error === undefined && <Skeleton lines={4} />}
      {data !== undefined && (
        <>
          <dl className="facts">
            <div>
              <dt>{texts.status}</dt>
              <dd>
                <LegalState value={data.status} />
              </dd>
            </div>
            <div>
              <dt>{texts.dueOn}</dt>
              <dd>
                <DueDate
                  state={data}
                  sources={new Map(data.rules_used.map(({ id, source }) => [id, source]))}
                />
              </dd>
            </div>
            <div>
              <dt>{texts.verified}</dt>
              <dd>{data.verified_on === null ? t.common.none : format.date(data.verified_on)}</dd>
            </div>
          </dl>
          <h3>{texts.why}</h3>
          <ul className="reasons">
            {data.reasons.map((reason) => (
              <li key={reason}>{t.legal.words.reason[reason]}</li>
            ))}
          </ul>
          {data.rules_used.length > 0 && (
            <>
              <h3>{texts.rules}</h3>
              <ul className="used-rules">
                {data.rules_used.map((rule) => (
                  <UsedRule key={rule.id} rule={rule} />
                ))}
              </ul>
            </>
          )}
          {data.seal_checks.length > 0 && (
            <div className="caution">
              <strong>{texts.sealChecks(format.integer(data.seal_checks.length))}</strong>
              <p>{texts.sealChecksLead}</p>
            </div>
          )}
          {mayOperate && (
            <a className="button" href={entryHref(deviceId)}>
              {texts.enter}
            </a>
          )}
        </>
      )}
      <p className="invariant">{t.legal.threeNotions}</p>
    </section>
  );
}
