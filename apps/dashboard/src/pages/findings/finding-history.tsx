import type { FindingEvent } from '@verimeter/api-schema';
import type { GroupKind } from '@verimeter/telemetry';
import { useText } from '../../i18n/i18n.tsx';
import type { FindingsTexts } from '../../i18n/findings-en.ts';
import type { Vocabulary } from '../../i18n/vocabulary.ts';
import { isStatus, statementText } from './finding-words.ts';

function reasonText(text: string, t: FindingsTexts): string {
  const known = Object.entries(t.reasons).find(([reason]) => reason === text);
  return known?.[1] ?? text;
}

/** What happened, in a sentence without its subject. */
function eventText(
  event: FindingEvent,
  t: FindingsTexts,
  words: Vocabulary,
  groupKind: GroupKind,
): string {
  const { from, to, text } = event;
  const status = (value: string | null): string =>
    isStatus(value, words) ? words.findingStatus[value] : (value ?? '–');
  switch (event.kind) {
    case 'indication_changed':
      return from === null
        ? t.opened(statementText(to, words, groupKind))
        : t.changedTo(statementText(from, words, groupKind), statementText(to, words, groupKind));
    case 'assignment':
      return to === null ? t.unassigned : t.assigned(to);
    case 'comment':
      return text === null ? t.uncommented : t.commented;
    case 'status':
      return [
        t.moved(status(from), status(to)),
        ...(text === null ? [] : [t.forReason(reasonText(text, t))]),
      ].join(', ');
    case 'verified':
      return [
        to === 'verified'
          ? t.answered(text === 'fail' || text === 'pass' ? t.results[text] : (text ?? '–'))
          : t.resultGone,
        t.moved(status(from), status(to)),
      ].join(', ');
  }
}

/** All that happened to a finding, last thing first. */
export function FindingHistory({
  events,
  groupKind,
}: {
  readonly events: readonly FindingEvent[];
  readonly groupKind: GroupKind;
}) {
  const { t, words, format } = useText();
  return (
    <ol className="timeline">
      {events.toReversed().map((event, index) => (
        // Two things of one change have the same time.
        <li key={`${events.length - index}`} className={`timeline-${event.kind}`}>
          <p>
            <strong>
              {event.by === null ? t.findings.analysis : (event.by.name ?? event.by.id)}
            </strong>{' '}
            {eventText(event, t.findings, words, groupKind)}
          </p>
          {event.kind === 'comment' && event.text !== null && (
            <p className="timeline-comment">{event.text}</p>
          )}
          <p className="hint">
            <time dateTime={event.at}>{format.dateTime(event.at)}</time>
            {event.as_of !== null && ` · ${t.findings.asOf(format.date(event.as_of))}`}
            {event.verification_id !== null &&
              ` · ${t.findings.record(String(event.verification_id))}`}
          </p>
        </li>
      ))}
    </ol>
  );
}
