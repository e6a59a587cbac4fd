import { type ReactNode, useId, useRef } from 'react';

/** What a control of a field is to carry: its id, and what describes it. */
interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with what stands in it. */
  readonly problems?: readonly string[];
  readonly children: (props: ControlProps) => ReactNode;
}

/** A labelled control with a hint and the problems of its content beside it. */
function Field({ label, hint, problems = [], children }: FieldProps) {
  const id = useId();
  const isWrong = problems.length > 0;
  const described = [
    ...(hint === undefined ? [] : [`${id}hint`]),
    ...(isWrong ? [`${id}problem`] : []),
  ].join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': isWrong ? true : undefined,
      })}
      {isWrong && (
        <p id={`${id}problem`} className="field-problem" role="alert">
          {problems.join('; ')}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly numeric?: boolean;
  /** A calendar day, YYYY-MM-DD. */
  readonly day?: { readonly latest?: string };
  /** Lines of a longer text. */
  readonly rows?: number;
}

export function TextField(props: TextFieldProps) {
  const { value, onChange, placeholder, required, disabled, numeric, day, rows, ...field } = props;
  return (
    <Field {...field}>
      {(control) =>
        rows === undefined ? (
          <input
            {...control}
            type={day === undefined ? undefined : 'date'}
            max={day?.latest}
            value={value}
            placeholder={placeholder}
            required={required}
            disabled={disabled}
            inputMode={numeric === true ? 'numeric' : undefined}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <textarea
            {...control}
            className="code"
            rows={rows}
            value={value}
            placeholder={placeholder}
            required={required}
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}

interface FileFieldProps extends Omit<FieldProps, 'children'> {
  readonly file: File | undefined;
  readonly onChange: (file: File | undefined) => void;
  /** The control of the browser speaks the browser's language, not the reader's. */
  readonly texts: { readonly choose: string; readonly none: string; readonly clear: string };
}

export function FileField({ file, onChange, texts, ...field }: FileFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const clear = (): void => {
    if (input.current === null) return;
    input.current.value = '';
    input.current.focus();
    onChange(undefined);
  };
  return (
    <Field {...field}>
      {(control) => (
        <div className="file-field">
          <input
            {...control}
            ref={input}
            type="file"
            className="visually-hidden"
            onChange={(event) => onChange(event.target.files?.[0] ?? undefined)}
          />
          <label htmlFor={control.id} className="button" aria-hidden="true">
            {texts.choose}
          </label>
          <span className="file-name">{file?.name ?? texts.none}</span>
          {file !== undefined && (
            <button type="button" className="quiet" onClick={clear}>
              {texts.clear}
            </button>
          )}
        </div>
      )}
    </Field>
  );
}

interface SelectFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly required?: boolean;
  readonly onChange: (value: string) => void;
}

export function SelectField(props: SelectFieldProps) {
  const { value, options, required, onChange, ...field } = props;
  return (
    <Field {...field}>
      {(control) => (
        <select
          {...control}
          value={value}
          required={required}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) {
  return (
    <label className="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
