import { VERIFICATION_KINDS } from '@verimeter/metrology';
import { useId } from 'react';
import { SelectField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { readValidity } from '../../lib/legal-day.ts';
import { MARKS, type VerificationDraft } from '../../lib/verification-draft.ts';

interface FieldsProps {
  readonly draft: VerificationDraft;
  readonly change: (part: Partial<VerificationDraft>) => void;
  readonly problemsAt: (field: string) => readonly string[];
}

const RESULTS = ['pass', 'fail'] as const;

/** Pass or fail as two large buttons of a radio group, for thumbs. */
function ResultChoice({ draft, change, problemsAt }: FieldsProps) {
  const { t } = useText();
  const id = useId();
  const problems = problemsAt('result');
  return (
    <fieldset className="result-choice" aria-describedby={problems.length > 0 ? id : undefined}>
      <legend>{t.legal.form.resultGroup}</legend>
      {RESULTS.map((result) => (
        <label key={result} className={`result-option result-${result}`}>
          <input
            type="radio"
            name="result"
            value={result}
            checked={draft.result === result}
            aria-invalid={problems.length > 0 ? true : undefined}
            onChange={() => change({ result })}
          />
          {t.legal.words.result[result]}
        </label>
      ))}
      {problems.length > 0 && (
        <p id={id} className="field-problem" role="alert">
          {problems.join('; ')}
        </p>
      )}
    </fieldset>
  );
}

export function ResultFields(props: FieldsProps & { readonly today: string }) {
  const { t } = useText();
  const { draft, change, problemsAt, today } = props;
  const texts = t.legal.form;
  return (
    <div className="field-grid">
      <ResultChoice {...props} />
      <SelectField
        label={texts.kind}
        value={draft.kind}
        options={[
          ...(draft.kind === '' ? [['', t.legal.records.kindUnknown] as const] : []),
          ...VERIFICATION_KINDS.map(
            (kind) => [kind, t.legal.words.verificationKind[kind]] as const,
          ),
        ]}
        problems={problemsAt('kind')}
        onChange={(kind) => change({ kind })}
      />
      <TextField
        label={texts.verifiedOn}
        value={draft.verifiedOn}
        day={{ latest: today }}
        problems={problemsAt('verified_on')}
        onChange={(verifiedOn) => change({ verifiedOn })}
      />
      <SelectField
        label={t.legal.record.asFound}
        value={draft.asFound}
        options={[
          ['true', t.legal.record.asFoundYes],
          ['false', t.legal.record.asFoundNo],
          ['', t.legal.record.asFoundUnknown],
        ]}
        problems={problemsAt('as_found')}
        onChange={(asFound) => change({ asFound })}
      />
    </div>
  );
}

export function MarkFields({ draft, change, problemsAt }: FieldsProps) {
  const { t, format } = useText();
  const texts = t.legal.form;
  const validity = readValidity(draft.validUntil);
  const understood =
    validity === undefined
      ? texts.validUntilHint
      : validity.length === 7
        ? texts.validUntilMonth(format.month(validity))
        : texts.validUntilDay(format.date(validity));
  return (
    <div className="field-grid">
      <SelectField
        label={texts.mark}
        value={draft.mark}
        options={[
          ['', texts.markNone],
          ...MARKS.map((mark) => [mark, t.legal.words.mark[mark]] as const),
        ]}
        problems={problemsAt('mark')}
        onChange={(mark) => change({ mark })}
      />
      <TextField
        label={texts.validUntil}
        hint={understood}
        value={draft.validUntil}
        placeholder="12/2032"
        problems={problemsAt('valid_until')}
        onChange={(validUntil) => change({ validUntil })}
      />
      <TextField
        label={texts.certificate}
        hint={texts.certificateHint}
        value={draft.certificateNo}
        problems={problemsAt('certificate_no')}
        onChange={(certificateNo) => change({ certificateNo })}
      />
      <TextField
        label={texts.seal}
        value={draft.sealNo}
        problems={problemsAt('seal_no')}
        onChange={(sealNo) => change({ sealNo })}
      />
      <TextField
        label={texts.sealYear}
        value={draft.sealYear}
        problems={problemsAt('seal_year')}
        numeric
        onChange={(sealYear) => change({ sealYear })}
      />
    </div>
  );
}

export function ConditionFields(props: FieldsProps & { readonly serial: string | null }) {
  const { t } = useText();
  const { draft, change, problemsAt, serial } = props;
  const texts = t.legal.form;
  return (
    <div className="field-grid">
      <TextField
        label={texts.body}
        value={draft.body}
        problems={problemsAt('body')}
        onChange={(body) => change({ body })}
      />
      <TextField
        label={texts.procedure}
        value={draft.procedure}
        placeholder="ĐLVN 39:2012"
        problems={problemsAt('procedure')}
        onChange={(procedure) => change({ procedure })}
      />
      <TextField
        label={t.legal.record.verifiedBy}
        value={draft.verifiedBy}
        problems={problemsAt('verified_by')}
        onChange={(verifiedBy) => change({ verifiedBy })}
      />
      <TextField
        label={t.legal.record.checkedBy}
        value={draft.checkedBy}
        problems={problemsAt('checked_by')}
        onChange={(checkedBy) => change({ checkedBy })}
      />
      <TextField
        label={texts.serial}
        hint={serial === null ? undefined : texts.serialHint(serial)}
        value={draft.serial}
        problems={problemsAt('serial')}
        onChange={(text) => change({ serial: text })}
      />
      <TextField
        label={texts.temperature}
        value={draft.temperature}
        problems={problemsAt('ambient.temperature_cel')}
        onChange={(temperature) => change({ temperature })}
      />
      <TextField
        label={texts.humidity}
        value={draft.humidity}
        problems={problemsAt('ambient.humidity_percent')}
        onChange={(humidity) => change({ humidity })}
      />
      <TextField
        label={texts.pressure}
        value={draft.pressure}
        problems={problemsAt('ambient.pressure_hpa')}
        onChange={(pressure) => change({ pressure })}
      />
      <TextField
        label={t.legal.record.note}
        value={draft.note}
        problems={problemsAt('note')}
        onChange={(note) => change({ note })}
      />
    </div>
  );
}
