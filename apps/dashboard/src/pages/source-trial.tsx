import type { SourceTrialResult } from '@verimeter/api-schema';
import { type FormEvent, useState } from 'react';
import { CheckField, FileField, SelectField, TextField } from '../components/field.tsx';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, request } from '../lib/api-client.ts';
import { base64Of } from '../lib/payload.ts';
import {
  type DialectEntry,
  type FieldProblem,
  placeIn,
  type SourceDraft,
  triedBody,
  usualFilter,
} from '../lib/source-draft.ts';
import { asApiError } from '../lib/use-resource.ts';
import { dialectTitle, fieldLabel } from './source-words.ts';
import { TrialResult } from './trial-result.tsx';

/** Of the API, in bytes: what is larger is cut to size by hand. */
const MOST_BYTES = 45_000;
const BY_TOPIC = '';
const BY_DRAFT = ' draft';

interface TrialProps {
  /** The source that is being written, where one is. */
  readonly draft: SourceDraft | undefined;
  readonly dialects: readonly DialectEntry[];
}

/** What a payload would be, without storing it. */
export function SourceTrial({ draft, dialects }: TrialProps) {
  const { t, format } = useText();
  const texts = t.sources.trial;
  const [chosen, setChosen] = useState<string>();
  const [topic, setTopic] = useState('');
  const [payload, setPayload] = useState('');
  const [file, setFile] = useState<File>();
  const [retained, setRetained] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const [error, setError] = useState<ApiError>();
  const [result, setResult] = useState<SourceTrialResult>();
  const first = draft === undefined ? BY_TOPIC : BY_DRAFT;
  const by = chosen === undefined || (chosen === BY_DRAFT && draft === undefined) ? first : chosen;

  const wrong = (...fields: string[]): string[] =>
    problems.filter(({ field }) => fields.includes(field)).map(({ message }) => message);
  const others = problems.filter(({ field }) => !['topic', 'payload', 'file'].includes(field));

  const unkept = (): unknown => {
    if (by === BY_TOPIC) return undefined;
    if (by === BY_DRAFT && draft !== undefined) return triedBody(draft, topic);
    const usual = usualFilter(dialects.find(({ name }) => name === by));
    return { dialect: by, filter: usual === '' ? topic : usual };
  };

  const run = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    setResult(undefined);
    const source = unkept();
    const found: FieldProblem[] = [];
    if (typeof source === 'string')
      found.push({ field: 'source.further', message: t.sources.form.notJson(placeIn(source)) });
    if (by === BY_DRAFT && draft?.dialect === '')
      found.push({ field: 'source.dialect', message: t.sources.form.chooseFirst });
    if (file !== undefined && file.size > MOST_BYTES)
      found.push({ field: 'file', message: texts.fileTooLarge(format.integer(file.size)) });
    setProblems(found);
    if (found.length > 0) return;
    setBusy(true);
    try {
      const content = file === undefined ? { payload } : { payload_base64: await base64Of(file) };
      const body = { topic, ...content, retained, ...(source === undefined ? {} : { source }) };
      setResult(await request<SourceTrialResult>('POST', '/source-tests', { body }));
    } catch (caught) {
      const failure = asApiError(caught);
      if (failure.fields.length > 0) setProblems(failure.fields);
      else setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="card" aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p className="hint">{texts.lead}</p>
      <form className="source-form" onSubmit={(event) => void run(event)}>
        <div className="field-grid">
          <SelectField
            label={texts.by}
            value={by}
            options={[
              [BY_TOPIC, texts.byTopic],
              ...(draft === undefined ? [] : [[BY_DRAFT, texts.byDraft] as const]),
              ...dialects.map(
                (one) => [one.name, texts.byDialect(dialectTitle(one, t.sources))] as const,
              ),
            ]}
            onChange={setChosen}
          />
          <TextField
            label={texts.topic}
            value={topic}
            placeholder="zigbee2mqtt/plug"
            problems={wrong('topic')}
            required
            onChange={setTopic}
          />
        </div>
        {file === undefined && (
          <TextField
            label={texts.payload}
            value={payload}
            problems={wrong('payload')}
            rows={6}
            onChange={setPayload}
          />
        )}
        <FileField
          label={`${texts.payload}: ${texts.file}`}
          hint={texts.fileHint}
          problems={wrong('file', 'payload_base64')}
          file={file}
          texts={{ choose: texts.fileChoose, none: texts.fileNone, clear: texts.fileClear }}
          onChange={setFile}
        />
        <CheckField label={texts.retained} value={retained} onChange={setRetained} />
        <div className="row-actions">
          <button type="submit" className="primary" disabled={busy}>
            {texts.run}
          </button>
          <span role="status">{busy && texts.running}</span>
        </div>
      </form>
      {others.length > 0 && (
        <div className="problem" role="alert">
          {texts.refused}
          <ul className="detail">
            {others.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <strong>{fieldLabel(field.replace(/^source\./, ''), t.sources)}</strong> {message}
              </li>
            ))}
          </ul>
        </div>
      )}
      {error !== undefined && <ProblemNote error={error} />}
      {result !== undefined && <TrialResult result={result} dialects={dialects} />}
    </section>
  );
}
