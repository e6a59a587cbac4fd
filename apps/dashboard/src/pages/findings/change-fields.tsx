import { type ChangeReason, DISMISS_REASONS, MAXIMUM_ASSIGNEE } from '@verimeter/api-schema';
import { useId } from 'react';
import { useText } from '../../i18n/i18n.tsx';

/** Who has findings already, to choose from; any other text may be written as well. */
export function AssigneeField({
  value,
  names,
  onChange,
}: {
  readonly value: string;
  readonly names: readonly string[];
  readonly onChange: (name: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t.findings.assignee}</label>
      <input
        id={id}
        list={`${id}names`}
        value={value}
        maxLength={MAXIMUM_ASSIGNEE}
        placeholder={t.findings.nobody}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}names`}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

/** Why a finding is dismissed; one has to be chosen. */
export function ReasonField({
  value,
  onChange,
}: {
  readonly value: ChangeReason | '';
  readonly onChange: (reason: ChangeReason | '') => void;
}) {
  const { t } = useText();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t.findings.reason}</label>
      <select
        id={id}
        value={value}
        required
        onChange={(event) =>
          onChange(DISMISS_REASONS.find((reason) => reason === event.target.value) ?? '')
        }
      >
        <option value="">{t.findings.chooseReason}</option>
        {DISMISS_REASONS.map((reason) => (
          <option key={reason} value={reason}>
            {t.findings.reasons[reason]}
          </option>
        ))}
      </select>
    </div>
  );
}

export function CommentField({
  value,
  required,
  onChange,
}: {
  readonly value: string;
  readonly required: boolean;
  readonly onChange: (text: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  return (
    <div className="field field-comment">
      <label htmlFor={id}>{t.findings.comment}</label>
      <textarea
        id={id}
        rows={3}
        maxLength={4000}
        required={required}
        value={value}
        aria-describedby={`${id}hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}hint`} className="hint">
        {t.findings.commentHint}
      </p>
    </div>
  );
}
