import { useId } from 'react';

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value | '';
  readonly options: readonly (readonly [Value, string])[];
  /** Text of the entry that chooses nothing; without it one option is always chosen. */
  readonly anyText?: string;
  readonly onChange: (value: Value | '') => void;
}

/** A labelled drop-down list. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const id = useId();
  const choose = (text: string): void =>
    props.onChange(props.options.find(([value]) => value === text)?.[0] ?? '');
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <select id={id} value={props.value} onChange={(event) => choose(event.target.value)}>
        {props.anyText !== undefined && <option value="">{props.anyText}</option>}
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}

/** A few alternatives side by side, one pressed. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  return (
    <div className="segments" role="group" aria-label={props.label}>
      {props.options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => props.onChange(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
