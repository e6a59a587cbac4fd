import type { VerificationWarningCode } from '@verimeter/metrology';
import { useText } from '../../i18n/i18n.tsx';

interface Warning {
  readonly code: VerificationWarningCode;
  readonly testPoint?: string | undefined;
}

/** What is odd in a record, point by point, in the reader's language. */
export function WarningList({ warnings }: { readonly warnings: readonly Warning[] }) {
  const { t } = useText();
  return (
    <ul className="warnings">
      {warnings.map(({ code, testPoint }) => (
        <li key={`${code} ${testPoint ?? ''}`}>
          {testPoint !== undefined && <strong>{testPoint}: </strong>}
          {t.legal.words.warning[code]}
        </li>
      ))}
    </ul>
  );
}
