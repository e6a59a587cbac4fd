import type { CustomerRequest } from '@verimeter/api-schema';
import { Mark } from '../../components/badge.tsx';
import { useText } from '../../i18n/i18n.tsx';

const TONES = {
  running: 'note',
  overdue: 'alert',
  in_time: 'calm',
  late: 'warn',
  no_clock: 'mute',
} as const satisfies Record<CustomerRequest['timing'], string>;

/** How a request stands against its clock: days left of an open one, else whether it was in time. */
export function RequestTime({ request }: { readonly request: CustomerRequest }) {
  const { t } = useText();
  const { days_left: left, timing } = request;
  const text =
    left === null
      ? t.requests.timings[timing]
      : left < 0
        ? t.requests.daysOver(-left)
        : t.requests.daysLeft(left);
  return (
    <span className="indication">
      <Mark tone={timing === 'running' && left === 0 ? 'warn' : TONES[timing]} />
      {text}
    </span>
  );
}
