import type { DeviceEvent } from '@verimeter/api-schema';
import { useText } from '../i18n/i18n.tsx';

/** What the device itself reported, newest first; nothing where it never reported anything. */
export function DeviceEvents({ events }: { readonly events: readonly DeviceEvent[] }) {
  const { t, format } = useText();
  if (events.length === 0) return null;
  return (
    <section className="card">
      <h2>{t.device.events}</h2>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t.device.time}</th>
            <th scope="col">{t.device.event}</th>
            <th scope="col">{t.device.eventState}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={`${event.ts} ${event.event} ${event.state}`}>
              <th scope="row">{format.dateTime(event.ts)}</th>
              <td>
                <EventName event={event} />
                {event.detail !== null && <span className="hint"> {event.detail}</span>}
              </td>
              <td>{t.device.eventStates[event.state]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What it is about, in words where they are known, and the code of the standard beside what was sent. */
function EventName({ event: { event, type, name, condition } }: { readonly event: DeviceEvent }) {
  const { words } = useText();
  const said = condition === null ? name : words.deviceCondition[condition];
  const codes = [...new Set([event, type])].filter((code) => code !== null && code !== condition);
  return (
    <>
      {said}
      {said !== null && codes.length > 0 && ' '}
      {codes.length > 0 && <code title={name ?? undefined}>{codes.join(' · ')}</code>}
    </>
  );
}
