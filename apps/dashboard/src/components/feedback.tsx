import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.tsx';
import type { ApiError } from '../lib/api-client.ts';
import { errorText } from '../lib/error-text.ts';

interface ProblemProps {
  readonly error: ApiError;
  /** What failed; default: that something could not be loaded. */
  readonly title?: string;
  readonly retry?: () => void;
}

/** An error in the reader's language, the API's own detail below it, and a way to go on. */
export function ProblemNote({ error, title, retry }: ProblemProps) {
  const { t } = useText();
  return (
    <div className="problem" role="alert">
      <strong>{title ?? t.error.title}</strong>
      <p>{errorText(error, t)}</p>
      {error.message !== '' && error.code !== 'unreachable' && (
        <p className="detail">{error.message}</p>
      )}
      {error.fields.length > 0 && (
        <ul className="detail">
          {error.fields.map((field) => (
            <li key={`${field.field} ${field.message}`}>
              <code>{field.field}</code> {field.message}
            </li>
          ))}
        </ul>
      )}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          {t.error.retry}
        </button>
      )}
    </div>
  );
}

/** Grey lines in the place of what is being loaded. */
export function Skeleton({ lines }: { readonly lines: number }) {
  const { t } = useText();
  return (
    <div className="skeleton" role="status" aria-busy="true">
      <span className="visually-hidden">{t.common.loading}</span>
      {Array.from({ length: lines }, (_unused, line) => (
        <div key={line} className="skeleton-line" />
      ))}
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** Text in which `backquoted` parts are code, such as commands. */
export function Hinted({ text }: { readonly text: string }) {
  // Odd parts of the split stand between backquotes.
  return text.split('`').map((part, index) =>
    // A text may name one thing twice: its place belongs to the key.
    index % 2 === 1 ? <code key={`${index} ${part}`}>{part}</code> : part,
  );
}
