import type { Source } from '@verimeter/api-schema';
import { DEVICE_KINDS, isIdentifier } from '@verimeter/telemetry';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { CheckField, SelectField, TextField } from '../components/field.tsx';
import { Hinted, ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import type { Messages } from '../i18n/messages-en.ts';
import { type ApiError, request } from '../lib/api-client.ts';
import { useSession } from '../lib/session.tsx';
import {
  bodyOf,
  type DialectEntry,
  draftOf,
  type FieldProblem,
  fieldOf,
  isCount,
  newDraft,
  placeIn,
  type SourceDraft,
  withDialect,
} from '../lib/source-draft.ts';
import { asApiError } from '../lib/use-resource.ts';
import { dialectTitle, optionText } from './source-words.ts';

interface FormProps {
  /** The one that is edited; undefined: a new one. */
  readonly source: Source | undefined;
  readonly sources: readonly Source[];
  readonly dialects: readonly DialectEntry[];
  /** Told of every change, so that the source can be tried as it stands. */
  readonly onDraft: (draft: SourceDraft) => void;
  readonly onDone: (said: string | undefined) => void;
}

const topicHint = ({ filters }: DialectEntry, texts: Messages['sources']['form']): string =>
  filters.length === 0 ? texts.noUsual : texts.usual(filters.map((one) => `\`${one}\``).join(', '));

/** As the API has them. */
const MOST_RANK = 10_000;
const MOST_PER_DAY = 1_000_000;
const CLASSES = ['electricity', 'water', 'heat', 'environment'] as const;

/** All of a source, with what is wrong of it beside its field. */
export function SourceForm({ source, sources, dialects, onDraft, onDone }: FormProps) {
  const { t, words, format } = useText();
  const { current } = useSession();
  const [draft, setDraft] = useState<SourceDraft>(() =>
    source === undefined ? newDraft(undefined) : draftOf(source),
  );
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    onDraft(draft);
  }, [draft, onDraft]);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  // What is to be mended first.
  useEffect(() => {
    if (problems.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problems]);
  const texts = t.sources.form;
  const taken = sources.map((other) => other.name);
  const dialect = dialects.find(({ name }) => name === draft.dialect);
  const options = [
    ...new Set([...Object.keys(dialect?.options ?? {}), ...Object.keys(draft.options)]),
  ];
  const change = (part: Partial<SourceDraft>): void => setDraft({ ...draft, ...part });
  const choose = (name: string): void => {
    const next = dialects.find((one) => one.name === name);
    if (next === undefined) return;
    if (source === undefined) setDraft(withDialect(draft, dialect, next, taken));
    else change({ dialect: name, options: {} });
  };
  const wrong = (field: string): string[] =>
    problems
      .filter((problem) => fieldOf(problem.field, options) === field)
      .map((problem) =>
        field === 'further' && problem.field !== 'further'
          ? `${problem.field}: ${problem.message}`
          : problem.message,
      );

  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const name = draft.name.trim();
    setError(undefined);
    const body = bodyOf(draft);
    const found: FieldProblem[] = [];
    const note = (isWrong: boolean, field: string, message: string): void => {
      if (isWrong) found.push({ field, message });
    };
    note(source === undefined && taken.includes(name), 'name', texts.exists);
    note(source === undefined && !isIdentifier(name), 'name', texts.badName);
    for (const [field, text, most] of [
      ['rank', draft.rank, MOST_RANK],
      ['provision_per_day', draft.provisionPerDay, MOST_PER_DAY],
    ] as const)
      note(!isCount(text, most), field, texts.wholeNumber(format.integer(most)));
    if (typeof body === 'string') note(true, 'further', texts.notJson(placeIn(body)));
    setProblems(found);
    if (typeof body === 'string' || found.length > 0) return;
    setBusy(true);
    try {
      await request<Source>('PUT', `/sources/${encodeURIComponent(name)}`, { body });
      onDone(texts.saved(name));
    } catch (caught) {
      const failure = asApiError(caught);
      if (failure.fields.length > 0) setProblems(failure.fields);
      else setError(failure);
      setBusy(false);
    }
  };

  const zone = current.state === 'signed-in' ? current.session.zone : 'UTC';
  return (
    <section className="card">
      <h2 ref={heading} tabIndex={-1}>
        {source === undefined ? texts.title : texts.titleOf(source.name)}
      </h2>
      {problems.length > 0 && (
        <div className="problem" role="alert">
          {texts.refused}
          {wrong('').length > 0 && <p className="detail">{wrong('').join('; ')}</p>}
        </div>
      )}
      {error !== undefined && <ProblemNote error={error} />}
      <form ref={form} className="source-form" onSubmit={(event) => void save(event)}>
        <div className="field-grid">
          <SelectField
            label={t.sources.dialect}
            value={draft.dialect}
            options={[
              ...(draft.dialect === '' ? [['', texts.chooseDialect] as const] : []),
              ...dialects
                .map((one) => [one.name, dialectTitle(one, t.sources)] as const)
                .toSorted(([, a], [, b]) => a.localeCompare(b)),
            ]}
            required
            problems={wrong('dialect')}
            onChange={choose}
          />
          {source === undefined && (
            <TextField
              label={t.sources.name}
              hint={texts.nameHint}
              value={draft.name}
              problems={wrong('name')}
              required
              onChange={(name) => change({ name })}
            />
          )}
          <TextField
            label={t.sources.filter}
            hint={dialect === undefined ? undefined : <Hinted text={topicHint(dialect, texts)} />}
            value={draft.filter}
            placeholder="meters/+/data"
            problems={wrong('filter')}
            rows={2}
            required
            onChange={(filter) => change({ filter })}
          />
          <TextField
            label={texts.rank}
            hint={texts.rankHint}
            value={draft.rank}
            problems={wrong('rank')}
            numeric
            required
            onChange={(rank) => change({ rank })}
          />
          {options.map((name) => (
            <TextField
              key={name}
              label={texts.option(name)}
              hint={dialect === undefined ? undefined : optionText(name, dialect, t.sources)}
              value={draft.options[name] ?? ''}
              problems={wrong(`settings.options.${name}`)}
              onChange={(text) => change({ options: { ...draft.options, [name]: text } })}
            />
          ))}
          <TextField
            label={texts.zone}
            hint={texts.zoneHint(zone)}
            value={draft.zone}
            placeholder={zone}
            problems={wrong('settings.zone')}
            onChange={(text) => change({ zone: text })}
          />
          <SelectField
            label={texts.deviceClass}
            value={draft.deviceClass}
            options={[
              ['', texts.classAny],
              ...CLASSES.map((one) => [one, texts.classes[one]] as const),
            ]}
            problems={wrong('settings.device_class')}
            onChange={(deviceClass) => change({ deviceClass })}
          />
          <TextField
            label={texts.deviceId}
            hint={<Hinted text={texts.deviceIdHint} />}
            value={draft.deviceId}
            placeholder="{id}"
            problems={wrong('settings.device_id')}
            onChange={(deviceId) => change({ deviceId })}
          />
        </div>
        <TextField
          label={texts.further}
          hint={<Hinted text={texts.furtherHint} />}
          value={draft.further}
          problems={wrong('further')}
          rows={4}
          onChange={(further) => change({ further })}
        />
        <CheckField
          label={texts.provision}
          value={draft.provision}
          onChange={(provision) => change({ provision })}
        />
        {draft.provision && (
          <div className="field-grid">
            <SelectField
              label={texts.kind}
              value={draft.provisionKind}
              options={[
                ['', texts.kindAny],
                ...DEVICE_KINDS.map((kind) => [kind, words.deviceKind[kind]] as const),
              ]}
              problems={wrong('provision_kind')}
              onChange={(provisionKind) => change({ provisionKind })}
            />
            <TextField
              label={texts.perDay}
              value={draft.provisionPerDay}
              problems={wrong('provision_per_day')}
              numeric
              required
              onChange={(provisionPerDay) => change({ provisionPerDay })}
            />
          </div>
        )}
        <CheckField
          label={texts.enabled}
          value={draft.enabled}
          onChange={(enabled) => change({ enabled })}
        />
        <div className="row-actions">
          <button type="submit" className="primary" disabled={busy}>
            {texts.save}
          </button>
          <button type="button" className="quiet" onClick={() => onDone(undefined)}>
            {texts.cancel}
          </button>
        </div>
      </form>
    </section>
  );
}
