import type { RegisterEventChange, RegisterEventItem } from '@verimeter/api-schema';
import { REGISTER_EVENT_KINDS } from '@verimeter/telemetry';
import { useState } from 'react';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, request } from '../lib/api-client.ts';
import { useSession } from '../lib/session.tsx';
import { asApiError } from '../lib/use-resource.ts';

interface RegisterEventsProps {
  /** Newest first. */
  readonly events: readonly RegisterEventItem[];
  readonly onChanged: () => void;
}

/** What happened to the registers of a device, and what a person says of it; nothing where they simply counted. */
export function RegisterEvents({ events, onChanged }: RegisterEventsProps) {
  const { t } = useText();
  if (events.length === 0) return null;
  return (
    <section className="card" id="register-events">
      <h2>{t.registers.title}</h2>
      <p className="hint">{t.registers.lead}</p>
      <div className="table-frame">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t.device.time}</th>
              <th scope="col">{t.registers.kind}</th>
              <th scope="col" className="number">
                {t.registers.fromTo}
              </th>
              <th scope="col" className="number">
                {t.registers.amount}
              </th>
              <th scope="col">{t.registers.state}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <EventRow key={event.id} event={event} onChanged={onChanged} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function EventRow({
  event,
  onChanged,
}: {
  readonly event: RegisterEventItem;
  readonly onChanged: () => void;
}) {
  const { t, words, format } = useText();
  const { current } = useSession();
  const [error, setError] = useState<ApiError>();
  const mayWrite = current.state === 'signed-in' && current.session.role !== 'viewer';
  const change = async (body: RegisterEventChange): Promise<void> => {
    try {
      await request<RegisterEventItem>('PATCH', `/register-events/${event.id}`, { body });
      setError(undefined);
      onChanged();
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  const { before, after, amount } = event;
  const time = format.dateTime(event.ts);
  return (
    <tr>
      <th scope="row">
        {time}
        <span className="hint"> {words.quantity[event.quantity] ?? event.quantity}</span>
      </th>
      <td>
        {mayWrite ? (
          <select
            aria-label={`${t.registers.kind}, ${time}`}
            value={event.kind}
            onChange={({ target }) => {
              const kind = REGISTER_EVENT_KINDS.find((name) => name === target.value);
              if (kind !== undefined) void change({ kind });
            }}
          >
            {REGISTER_EVENT_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {words.registerEventKind[kind]}
              </option>
            ))}
          </select>
        ) : (
          words.registerEventKind[event.kind]
        )}
        {event.certainty === 'possible' && event.state === 'open' && (
          <span className="hint"> {t.registers.possible}</span>
        )}
      </td>
      <td className="number">
        {format.number(before.value)} → {format.number(event.value)}
        {after !== null && after.ts !== event.ts && ` → ${format.number(after.value)}`}
      </td>
      <td className="number">{amount === null ? t.registers.unknown : format.number(amount)}</td>
      <td>
        {words.registerEventState[event.state]}
        {event.comment !== null && <span className="hint"> {event.comment}</span>}
        {mayWrite && (
          <span className="entry-actions">
            {event.state !== 'confirmed' && (
              <button type="button" onClick={() => void change({ state: 'confirmed' })}>
                {t.registers.confirm}
              </button>
            )}
            {event.state !== 'reversed' && (
              <button type="button" onClick={() => void change({ state: 'reversed' })}>
                {t.registers.reverse}
              </button>
            )}
            {event.state !== 'open' && (
              <button type="button" onClick={() => void change({ state: 'open' })}>
                {t.registers.undo}
              </button>
            )}
          </span>
        )}
        {error !== undefined && <ProblemNote error={error} />}
      </td>
    </tr>
  );
}
