import { useEffect, useId, useRef, useState } from 'react';

const TYPING_PAUSE_MS = 300;

interface PausedFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Texts to choose from. */
  readonly suggestions?: readonly string[];
  readonly onChange: (text: string) => void;
}

/** A filter that is written: asks once the reader has paused, not at each letter. */
export function PausedField(props: PausedFieldProps) {
  const { label, value, placeholder, suggestions = [], onChange } = props;
  const id = useId();
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // The URL changed from outside (a cleared filter, the back button).
  if (value !== seen) {
    setSeen(value);
    if (value !== text.trim()) setText(value);
  }
  useEffect(() => {
    if (text.trim() === value) return undefined;
    const timer = setTimeout(() => latest.current(text.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        list={suggestions.length === 0 ? undefined : `${id}list`}
        onChange={(event) => setText(event.target.value)}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}list`}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </div>
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}

/** A filter that is a calendar day. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
