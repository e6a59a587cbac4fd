import type { ClockEntry } from '@verimeter/api-schema';
import { CLOCK_STATES, type ClockState } from '@verimeter/telemetry';
import { ClockBadge, Mark, clockTone } from '../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText } from '../i18n/i18n.tsx';
import type { Page } from '../lib/api-client.ts';
import { deviceHref, href } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';

type Answer = Page<ClockEntry> & { readonly counts: Readonly<Record<string, number>> };

function Row({ entry }: { readonly entry: ClockEntry }) {
  const { t, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.quality.device}>
        <a href={deviceHref(entry.device_id)}>{entry.device_id}</a>
      </th>
      <td data-label={t.quality.status}>
        <ClockBadge value={entry.state} />
      </td>
      <td data-label={t.clock.title}>
        {entry.text}
        {entry.action !== null && (
          <div className="hint">
            {t.areas.whatToDo}: {entry.action}
          </div>
        )}
      </td>
      <td data-label={t.clock.since}>{format.dateTime(entry.since)}</td>
      <td data-label={t.clock.lastMessage}>{format.dateTime(entry.last_message_at)}</td>
    </tr>
  );
}

interface CountsProps {
  readonly counts: Readonly<Record<string, number>>;
  readonly chosen: ClockState | undefined;
}

/** How many devices are in each state; each tile shows the devices of its state, pressed again all of them. */
function Counts({ counts, chosen }: CountsProps) {
  const { t, words, format } = useText();
  const shown = CLOCK_STATES.filter((state) => (counts[state] ?? 0) > 0 || state === chosen);
  return (
    <nav className="tiles" aria-label={t.clock.byState}>
      {shown.map((state) => (
        <a
          key={state}
          className={`tile tile-${clockTone(state)}`}
          aria-current={state === chosen ? 'true' : undefined}
          href={href('/quality', {
            view: 'clocks',
            state: state === chosen ? undefined : state,
          })}
        >
          <span className="tile-name">
            <Mark tone={clockTone(state)} />
            {words.clockState[state]}
          </span>
          <span className="tile-count">{format.integer(counts[state] ?? 0)}</span>
        </a>
      ))}
    </nav>
  );
}

/** Clocks of all devices of which messages were seen, those to be mended first. */
export function ClockTable({ params }: { readonly params: URLSearchParams }) {
  const { t, language } = useText();
  const chosen = CLOCK_STATES.find((state) => state === params.get('state'));
  // The sentences come in the language of the request.
  const list = usePages<ClockEntry, Answer>(
    '/clock-health',
    {
      state: chosen,
      limit: 100,
    },
    language,
  );
  return (
    <>
      <p className="tab-lead">{t.clock.lead}</p>
      {list.first !== undefined && <Counts counts={list.first.counts} chosen={chosen} />}
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={8} />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{t.clock.empty}</Empty>
      )}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <thead>
              <tr>
                <th scope="col">{t.quality.device}</th>
                <th scope="col">{t.quality.status}</th>
                <th scope="col">{t.clock.title}</th>
                <th scope="col">{t.clock.since}</th>
                <th scope="col">{t.clock.lastMessage}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((entry) => (
                <Row key={entry.device_id} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasMore && <ListFoot list={list} />}
    </>
  );
}
