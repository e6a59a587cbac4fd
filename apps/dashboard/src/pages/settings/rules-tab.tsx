import type { LegalRuleItem, LegalSummary } from '@verimeter/api-schema';
import { RULE_SETS, RULE_SET_NAMES, type RuleSetName } from '@verimeter/metrology';
import { LEGAL_STATUSES } from '@verimeter/telemetry';
import { useRef, useState } from 'react';
import { Choice } from '../../components/choice.tsx';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { get, type Page, request } from '../../lib/api-client.ts';
import { useMayAdminister } from '../../lib/roles.ts';
import { href } from '../../lib/routing.ts';
import {
  draftInPlaceOf,
  draftOfRule,
  NEW_RULE,
  rowOf,
  type RuleDraft,
} from '../../lib/rule-draft.ts';
import { useResource } from '../../lib/use-resource.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { Confirm } from './confirm.tsx';
import { RuleForm } from './rule-form.tsx';
import { RuleTable } from './rule-table.tsx';

type Rules = Page<LegalRuleItem> & { readonly rule_set: RuleSetName };
interface Effect {
  readonly before: LegalSummary;
  readonly after: LegalSummary;
}

const readSummary = (): Promise<LegalSummary> => get<LegalSummary>('/legal-states/summary', {});
const rulesHref = (params: Readonly<Record<string, string | undefined>> = {}): string =>
  href('/settings', { tab: 'rules', ...params });

const total = (summary: LegalSummary, what: 'due' | 'provisional'): number =>
  summary.months.reduce((sum, month) => sum + month[what], 0);

/** How many devices stand otherwise since a rule was changed. */
function EffectNote({ effect }: { readonly effect: Effect }) {
  const { t, words, format } = useText();
  const texts = t.settings.rules;
  const { before, after } = effect;
  const lines: readonly (readonly [name: string, before: number, after: number])[] = [
    ...LEGAL_STATUSES.map(
      (status) => [words.legal[status], before.statuses[status], after.statuses[status]] as const,
    ),
    [texts.effectDue, total(before, 'due'), total(after, 'due')],
    [texts.effectProvisional, total(before, 'provisional'), total(after, 'provisional')],
  ];
  const changed = lines.filter(([, one, other]) => one !== other);
  return (
    <section className="card" aria-label={texts.effect}>
      <h2>{texts.effect}</h2>
      {changed.length === 0 && after.pending === 0 && <p>{texts.effectNone}</p>}
      <ul>
        {changed.map(([name, one, other]) => (
          <li key={name}>{texts.effectLine(name, format.integer(one), format.integer(other))}</li>
        ))}
      </ul>
      {after.pending > 0 && <p>{texts.effectPending(format.integer(after.pending))}</p>}
    </section>
  );
}

/** The draft that an address asks for; undefined where the form is closed. */
function draftFor(params: URLSearchParams, rules: Rules): RuleDraft | undefined {
  const find = (name: string) => rules.items.find(({ id }) => id === params.get(name));
  if (params.has('add')) return NEW_RULE;
  const edited = find('rule');
  if (edited?.origin === 'tenant') return draftOfRule(edited);
  const replaced = find('replace');
  return replaced?.origin === 'built_in' ? draftInPlaceOf(replaced) : undefined;
}

/** Rules on verification cycles by country, and those of the tenant. */
export function RulesTab({ params }: { readonly params: URLSearchParams }) {
  const { t, format } = useText();
  const texts = t.settings.rules;
  const mayAdminister = useMayAdminister();
  const rules = useResource('legal rules', (signal) => get<Rules>('/legal-rules', {}, signal));
  const [effect, setEffect] = useState<Effect>();
  const [done, setDone] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  const { data, error } = rules;
  if (data === undefined)
    return error === undefined ? (
      <Skeleton lines={8} />
    ) : (
      <ProblemNote error={error} retry={rules.reload} />
    );
  const names = t.legal.words.ruleSet;
  const shown = RULE_SET_NAMES.find((name) => name === params.get('set')) ?? data.rule_set;
  const isOwnSet = shown === data.rule_set;
  const draft = mayAdminister ? draftFor(params, data) : undefined;
  const own = data.items.filter(({ origin }) => origin === 'tenant');
  const builtIn = isOwnSet
    ? data.items.filter(({ origin }) => origin === 'built_in')
    : RULE_SETS[shown].map(rowOf);

  const finish = (said: string | undefined): void => {
    setDone(said);
    rules.reload();
    globalThis.location.hash = rulesHref();
    heading.current?.focus();
  };
  /** Does it, and tells how many devices stand otherwise since. @throws {ApiError} */
  const change = async (work: () => Promise<unknown>, said: string): Promise<void> => {
    const before = await readSummary();
    await work();
    setEffect({ before, after: await readSummary() });
    finish(said);
  };
  const ownActions = (id: string) => (
    <>
      <a className="button" href={rulesHref({ rule: id })} aria-label={texts.editOf(id)}>
        {texts.edit}
      </a>
      <Confirm
        label={texts.remove}
        name={texts.removeOf(id)}
        question={texts.removeAsk(id)}
        onYes={() =>
          change(
            () => request('DELETE', `/legal-rules/${encodeURIComponent(id)}`),
            texts.removed(id),
          )
        }
      />
    </>
  );
  const replaceAction = (id: string) => (
    <a className="button" href={rulesHref({ replace: id })} aria-label={texts.replaceOf(id)}>
      {texts.replace}
    </a>
  );
  return (
    <>
      <div className="with-action tab-head">
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {texts.title}
          </h2>
          <p className="hint">{texts.lead}</p>
          {!mayAdminister && <p className="hint">{texts.readOnly}</p>}
        </div>
        {mayAdminister && draft === undefined && (
          <a className="button primary" href={rulesHref({ add: '1' })}>
            {texts.add}
          </a>
        )}
      </div>
      <p className="done" role="status">
        {done}
      </p>
      {effect !== undefined && <EffectNote effect={effect} />}
      {draft !== undefined && (
        <RuleForm
          key={draft.id}
          draft={draft}
          isNew={!own.some(({ id }) => id === draft.id)}
          onSave={(id, body) =>
            change(
              () => request('PUT', `/legal-rules/${encodeURIComponent(id)}`, { body }),
              texts.saved(id),
            )
          }
          onCancel={() => finish(undefined)}
        />
      )}
      <section className="rules-own" aria-label={texts.own}>
        <h3>{texts.own}</h3>
        {own.length === 0 ? (
          <p className="hint">{texts.ownEmpty}</p>
        ) : (
          <RuleTable
            caption={texts.own}
            rows={own}
            actions={mayAdminister ? own.map((row) => ownActions(row.id)) : undefined}
          />
        )}
      </section>
      <section aria-label={texts.builtIn}>
        <h3>{texts.builtIn}</h3>
        <div className="filters rule-set">
          <Choice
            label={texts.set}
            value={shown}
            options={RULE_SET_NAMES.map((name) => [name, names[name]])}
            onChange={(name) =>
              replaceHash(rulesHref({ set: name === data.rule_set ? undefined : name }))
            }
          />
          <p className="hint">{texts.setOwn(names[data.rule_set])}</p>
          {!isOwnSet && mayAdminister && (
            <Confirm
              label={texts.choose}
              name={texts.choose}
              question={texts.chooseAsk(names[shown])}
              onYes={() =>
                change(
                  () => request('PUT', '/legal-rule-set', { body: { rule_set: shown } }),
                  texts.chosen(names[shown]),
                )
              }
            />
          )}
        </div>
        <RuleTable
          caption={`${texts.builtIn}: ${names[shown]} (${format.integer(builtIn.length)})`}
          rows={builtIn}
          actions={
            mayAdminister && isOwnSet ? builtIn.map((row) => replaceAction(row.id)) : undefined
          }
        />
      </section>
    </>
  );
}
