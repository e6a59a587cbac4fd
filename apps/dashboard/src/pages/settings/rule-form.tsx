import type { LegalRuleInput } from '@verimeter/api-schema';
import { CONNECTIONS, INSTRUMENT_CATEGORIES, RULE_BASES, TECHNOLOGIES } from '@verimeter/metrology';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { CheckField, SelectField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { ApiError } from '../../lib/api-client.ts';
import { readRule, type RuleDraft } from '../../lib/rule-draft.ts';
import { asApiError } from '../../lib/use-resource.ts';

interface RuleFormProps {
  readonly draft: RuleDraft;
  readonly isNew: boolean;
  /** @throws {ApiError} */
  readonly onSave: (id: string, input: LegalRuleInput) => Promise<void>;
  readonly onCancel: () => void;
}

interface Problem {
  readonly field: string;
  readonly message: string;
}

/** A rule of the tenant, with the text it was read in. */
export function RuleForm({ draft: initial, isNew, onSave, onCancel }: RuleFormProps) {
  const { t } = useText();
  const texts = t.settings.ruleForm;
  const words = t.legal.words;
  const [draft, setDraft] = useState(initial);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  useEffect(() => {
    if (problems.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problems]);
  const change = (part: Partial<RuleDraft>): void => setDraft({ ...draft, ...part });
  const wrong = (field: string): string[] =>
    problems.filter((one) => one.field === field).map(({ message }) => message);

  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    const read = readRule(draft);
    const found = read.problems.map(({ field, code }) => ({ field, message: texts[code] }));
    setProblems(found);
    if (found.length > 0) return;
    setBusy(true);
    try {
      await onSave(draft.id.trim(), read.input);
    } catch (caught) {
      const failure = asApiError(caught);
      if (failure.fields.length > 0) setProblems(failure.fields);
      else setError(failure);
    }
    setBusy(false);
  };
  return (
    <section className="card">
      <h2 ref={heading} tabIndex={-1}>
        {!isNew
          ? texts.titleOf(initial.id)
          : initial.replaces === null
            ? texts.titleNew
            : texts.titleInPlaceOf(initial.replaces)}
      </h2>
      {problems.length > 0 && (
        <div className="problem" role="alert">
          {texts.refused}
        </div>
      )}
      {error !== undefined && <ProblemNote error={error} title={texts.refused} />}
      <form ref={form} className="source-form" noValidate onSubmit={(event) => void save(event)}>
        <div className="field-grid">
          {isNew && (
            <TextField
              label={texts.id}
              hint={texts.idHint}
              value={draft.id}
              problems={wrong('id')}
              onChange={(id) => change({ id })}
            />
          )}
          <SelectField
            label={texts.category}
            value={draft.category}
            options={INSTRUMENT_CATEGORIES.map((one) => [one, words.category[one]] as const)}
            problems={wrong('category')}
            onChange={(category) => change({ category })}
          />
          <SelectField
            label={texts.technology}
            value={draft.technology}
            options={[
              ['', texts.any],
              ...TECHNOLOGIES.map((one) => [one, words.technology[one]] as const),
            ]}
            problems={wrong('technology')}
            onChange={(technology) => change({ technology })}
          />
          <SelectField
            label={texts.phases}
            value={draft.phases}
            options={[
              ['', texts.any],
              ['1', '1'],
              ['3', '3'],
            ]}
            problems={wrong('phases')}
            onChange={(phases) => change({ phases })}
          />
          <SelectField
            label={texts.connection}
            value={draft.connection}
            options={[
              ['', texts.any],
              ...CONNECTIONS.map((one) => [one, words.connection[one]] as const),
            ]}
            problems={wrong('connection')}
            onChange={(connection) => change({ connection })}
          />
          <TextField
            label={texts.classes}
            hint={texts.classesHint}
            value={draft.classes}
            problems={wrong('accuracy_classes')}
            onChange={(classes) => change({ classes })}
          />
          <SelectField
            label={texts.basis}
            value={draft.basis}
            options={RULE_BASES.map((one) => [one, words.ruleBasis[one]] as const)}
            problems={wrong('basis')}
            onChange={(basis) => change({ basis })}
          />
          {draft.basis === 'cycle' && (
            <TextField
              label={texts.months}
              value={draft.months}
              problems={wrong('months')}
              numeric
              onChange={(months) => change({ months })}
            />
          )}
          <TextField
            label={texts.from}
            hint={texts.fromHint}
            value={draft.from}
            day={{}}
            problems={wrong('from')}
            onChange={(from) => change({ from })}
          />
          <TextField
            label={texts.to}
            hint={texts.toHint}
            value={draft.to}
            day={{}}
            problems={wrong('to')}
            onChange={(to) => change({ to })}
          />
        </div>
        <TextField
          label={texts.source}
          value={draft.source}
          placeholder="02/VBHN-BKHCN 2024, Điều 4, mục 50"
          problems={wrong('source')}
          onChange={(source) => change({ source })}
        />
        <TextField
          label={texts.note}
          value={draft.note}
          problems={wrong('note')}
          onChange={(note) => change({ note })}
        />
        {draft.basis === 'cycle' && (
          <CheckField
            label={texts.endsWithYear}
            value={draft.endsWithYear}
            onChange={(endsWithYear) => change({ endsWithYear })}
          />
        )}
        <CheckField
          label={texts.confirmed}
          value={draft.isConfirmed}
          onChange={(isConfirmed) => change({ isConfirmed })}
        />
        <div className="row-actions">
          <button type="submit" className="primary" disabled={busy}>
            {texts.save}
          </button>
          <button type="button" className="quiet" onClick={onCancel}>
            {texts.cancel}
          </button>
        </div>
      </form>
    </section>
  );
}
