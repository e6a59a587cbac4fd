import type { Provisional } from '@verimeter/api-schema';
import { useText } from '../i18n/i18n.tsx';
import { Mark } from './badge.tsx';

/** Says that an answer may change, since readings came after it for a time that it had looked at. */
export function ProvisionalNote({ value }: { readonly value: Provisional | null }) {
  const { t, format } = useText();
  if (value === null) return null;
  return (
    <p className="indication" role="note">
      <Mark tone="note" />
      {t.common.provisional(
        format.dateTime(value.late_from),
        format.dateTime(value.last_received_at),
      )}
    </p>
  );
}
