import type { ClockDetail } from '@verimeter/api-schema';
import { ClockBadge } from '../components/badge.tsx';
import { useText } from '../i18n/i18n.tsx';

/** What the state was told from: how many messages came with which fault. */
function Seen({ messages }: Pick<ClockDetail, 'messages'>) {
  const { t, format } = useText();
  const faults = (['future', 'late', 'unset', 'without_time'] as const).filter(
    (fault) => messages[fault] > 0,
  );
  return (
    <div>
      <dt>{t.clock.messages}</dt>
      <dd>
        {format.integer(messages.total)}
        {faults.map((fault) => (
          <span key={fault} className="sub">
            {t.clock.faults[fault](format.integer(messages[fault]))}
          </span>
        ))}
      </dd>
    </div>
  );
}

/** How the clock of a device is, apart from what the device measures and from whether it is alive. */
export function DeviceClock({ clock }: { readonly clock: ClockDetail | null }) {
  const { t, format } = useText();
  return (
    <section className="card clock-words" aria-label={t.clock.title}>
      <h2>{t.clock.title}</h2>
      {clock === null ? (
        <p className="hint">{t.clock.none}</p>
      ) : (
        <>
          <p>
            <ClockBadge value={clock.state} />
          </p>
          <p>{clock.text}</p>
          {clock.action !== null && (
            <p>
              <strong>{t.areas.whatToDo}:</strong> {clock.action}
            </p>
          )}
          <dl className="facts">
            <div>
              <dt>{t.clock.since}</dt>
              <dd>{format.dateTime(clock.since)}</dd>
            </div>
            <div>
              <dt>{t.clock.lastMessage}</dt>
              <dd>{format.dateTime(clock.last_message_at)}</dd>
            </div>
            <Seen messages={clock.messages} />
          </dl>
        </>
      )}
    </section>
  );
}
