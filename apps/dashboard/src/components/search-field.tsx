import { useId } from 'react';
import { usePausedText } from '../lib/use-paused-text.ts';

const TYPING_PAUSE_MS = 300;

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Texts to choose from. */
  readonly suggestions?: readonly string[];
  readonly onChange: (text: string) => void;
}

/** A filter that is written: asks once the reader has paused, not at each letter. */
export function SearchField(props: SearchFieldProps) {
  const { label, value, placeholder, suggestions = [], onChange } = props;
  const id = useId();
  const [text, setText] = usePausedText(value, TYPING_PAUSE_MS, onChange);
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
