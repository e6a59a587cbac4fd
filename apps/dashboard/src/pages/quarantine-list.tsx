import type { QuarantineEntry, QuarantineStatus } from '@verimeter/api-schema';
import { QUARANTINE_REASONS } from '@verimeter/telemetry';
import { useMemo } from 'react';
import { Choice } from '../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText } from '../i18n/i18n.tsx';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { viewPayload } from '../lib/payload.ts';
import { deviceHref, href } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';
import { replaceHash } from '../lib/use-route.ts';
import { EntryActions } from './quarantine-actions.tsx';
import { QuarantineGroups } from './quarantine-groups.tsx';

function Payload({ entry }: { readonly entry: QuarantineEntry }) {
  const { t, format } = useText();
  const view = useMemo(
    () => (entry.payload_base64 === null ? undefined : viewPayload(entry.payload_base64)),
    [entry.payload_base64],
  );
  return (
    <details>
      <summary>
        {t.quality.payload} ({t.quality.payloadSize(format.integer(entry.payload_bytes))})
      </summary>
      {view === undefined ? (
        <p className="hint">{t.quality.payloadTooLarge(entry.payload_sha256 ?? t.common.none)}</p>
      ) : (
        <>
          {view.binary && <p className="hint">{t.quality.payloadBinary}</p>}
          <pre tabIndex={0}>{view.text}</pre>
        </>
      )}
    </details>
  );
}

function Entry({
  entry,
  onChanged,
}: {
  readonly entry: QuarantineEntry;
  readonly onChanged: () => void;
}) {
  const { t, words, format } = useText();
  return (
    <li className="quarantine-entry">
      <div className="quarantine-head">
        <strong>{words.quarantineReason[entry.reason]}</strong>
        {entry.field !== '' && <code>{entry.field}</code>}
        <span className="hint">
          {entry.device_id !== null && (
            <>
              <a href={deviceHref(entry.device_id)}>{entry.device_id}</a> ·{' '}
            </>
          )}
          {format.dateTime(entry.received_at)} · {words.quarantineStatus[entry.status]}
        </span>
      </div>
      <p>{entry.message}</p>
      <p className="hint">
        {t.quality.topic}: <code>{entry.topic}</code>
      </p>
      <Payload entry={entry} />
      <EntryActions entry={entry} onChanged={onChanged} />
    </li>
  );
}

const STATUSES: readonly QuarantineStatus[] = ['open', 'replayed', 'dismissed'];

type QuarantineListProps =
  | { readonly deviceId: string; readonly params?: undefined }
  | { readonly deviceId?: undefined; readonly params: URLSearchParams };

/** What could not be stored: of the whole tenant with filters, or of one device. */
export function QuarantineList({ deviceId, params }: QuarantineListProps) {
  const { t, words } = useText();
  const reason = params?.get('reason') ?? undefined;
  const status = params?.get('status') ?? undefined;
  const list = usePages<QuarantineEntry>('/quarantine', {
    reason,
    status,
    device_id: deviceId,
    limit: deviceId === undefined ? 50 : 10,
  });
  const reload = useThrottled(list.reload, 2000);
  useLiveEvent('quarantine', (entry) => {
    if (deviceId === undefined || entry.device_id === deviceId) reload();
  });
  return (
    <>
      {params !== undefined && <QuarantineGroups />}
      {params !== undefined && (
        <section className="filters" aria-label={t.fleet.filters}>
          <Choice
            label={t.quality.reason}
            anyText={t.common.all}
            value={reason ?? ''}
            options={QUARANTINE_REASONS.map((one) => [one, words.quarantineReason[one]])}
            onChange={(one) => replaceHash(href('/quality', { reason: one, status }))}
          />
          <Choice
            label={t.quality.status}
            anyText={t.common.all}
            value={status ?? ''}
            options={STATUSES.map((one) => [one, words.quarantineStatus[one]])}
            onChange={(one) => replaceHash(href('/quality', { reason, status: one }))}
          />
        </section>
      )}
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={4} />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>
          {reason === undefined && status === undefined
            ? t.quality.quarantineEmpty
            : t.quality.quarantineEmptyFiltered}
        </Empty>
      )}
      {list.items.length > 0 && (
        <ul className="quarantine">
          {list.items.map((entry) => (
            <Entry key={entry.id} entry={entry} onChanged={list.reload} />
          ))}
        </ul>
      )}
      {list.items.length > 0 && <ListFoot list={list} />}
    </>
  );
}
