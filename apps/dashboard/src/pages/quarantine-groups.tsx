import type { QuarantineGroup, ReplayProgress } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, get, request } from '../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { deviceHref } from '../lib/routing.ts';
import { asApiError, useResource } from '../lib/use-resource.ts';
import { useMayWrite } from './quarantine-actions.tsx';

interface Groups {
  readonly items: readonly QuarantineGroup[];
  readonly left_out: number;
  readonly not_kept: { readonly entries: number; readonly rejected: number };
}

const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 2000;
/** Without any progress for so long no ingest worker runs, most likely. */
const PATIENCE_MS = 15_000;
const PATIENT_LOOK_MS = 15_000;

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows a replay to its end; `show` is told how far it is, and whether it seems that nobody is at it. */
async function followReplay(
  begun: ReplayProgress,
  show: (progress: ReplayProgress, isWaiting: boolean) => void,
): Promise<ReplayProgress> {
  let progress = begun;
  let movedAt = performance.now();
  for (let wait = FIRST_LOOK_MS; !progress.finished; wait = Math.min(LONGEST_LOOK_MS, wait * 1.5)) {
    const isWaiting = performance.now() - movedAt > PATIENCE_MS;
    show(progress, isWaiting);
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    await after(isWaiting ? PATIENT_LOOK_MS : wait);
    // oxlint-disable-next-line no-await-in-loop
    const next = await get<ReplayProgress>(`/quarantine/replays/${progress.id}`, {});
    if (next.entries !== progress.entries) movedAt = performance.now();
    progress = next;
  }
  return progress;
}

function GroupRow({
  group,
  onReplayed,
}: {
  readonly group: QuarantineGroup;
  readonly onReplayed: () => void;
}) {
  const { t, words, format } = useText();
  const [status, setStatus] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const mayWrite = useMayWrite();
  const { reason, field, device_id: device } = group;
  const replay = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const begun = await request<ReplayProgress>('POST', '/quarantine/replay', {
        body: { reason, field, device_id: device },
      });
      const done = await followReplay(begun, ({ entries }, isWaiting) =>
        setStatus(
          isWaiting
            ? t.quality.replayWaits
            : t.quality.replayed(format.integer(entries), format.integer(group.entries)),
        ),
      );
      setStatus(
        t.quality.replayDone(
          format.integer(done.stored),
          format.integer(done.duplicate),
          format.integer(done.rejected),
        ),
      );
      onReplayed();
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <tr>
      <td>
        <strong>{words.quarantineReason[reason]}</strong>
        {group.field !== '' && <code> {group.field}</code>}
        <div className="hint">{group.message}</div>
        {error !== undefined && <ProblemNote error={error} />}
      </td>
      <td data-label={t.quality.device}>
        {device === null ? (
          <>
            {t.quality.noDevice}
            <div className="hint">
              <code>{group.topic}</code>
            </div>
          </>
        ) : (
          <a href={deviceHref(device)}>{device}</a>
        )}
      </td>
      <td className="number" data-label={t.quality.readings}>
        {format.integer(group.rejected)}
      </td>
      <td className="number" data-label={t.quality.entries}>
        {format.integer(group.entries)}
      </td>
      <td data-label={t.quality.lastReceived}>{format.dateTime(group.last_received_at)}</td>
      <td>
        {mayWrite && (
          <button type="button" disabled={busy} onClick={() => void replay()}>
            {t.quality.replay}
          </button>
        )}
        <div role="status">{status}</div>
      </td>
    </tr>
  );
}

/** What is open in quarantine, by what explains it. */
export function QuarantineGroups() {
  const { t, format } = useText();
  const groups = useResource('quarantine groups', (signal) =>
    get<Groups>('/quarantine/groups', { status: 'open' }, signal),
  );
  useLiveEvent('quarantine', useThrottled(groups.reload, 10_000));
  if (groups.error !== undefined) return <ProblemNote error={groups.error} retry={groups.reload} />;
  const items = groups.data?.items ?? [];
  const notKept = groups.data?.not_kept.entries ?? 0;
  if (items.length === 0 && notKept === 0) return null;
  return (
    <section className="card" aria-label={t.quality.groups}>
      <h2>{t.quality.groups}</h2>
      <p className="hint">{t.quality.groupsLead}</p>
      <div className="table-frame">
        <table className="stacking">
          <thead>
            <tr>
              <th scope="col">{t.quality.reason}</th>
              <th scope="col">{t.quality.device}</th>
              <th scope="col" className="number">
                {t.quality.readings}
              </th>
              <th scope="col" className="number">
                {t.quality.entries}
              </th>
              <th scope="col">{t.quality.lastReceived}</th>
              <th scope="col">{t.quality.replay}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((group) => (
              <GroupRow
                key={`${group.reason} ${group.field} ${group.device_id ?? ''}`}
                group={group}
                onReplayed={groups.reload}
              />
            ))}
          </tbody>
        </table>
      </div>
      {notKept > 0 && <p className="hint">{t.quality.notKept(format.integer(notKept))}</p>}
      {groups.data !== undefined && groups.data.left_out > 0 && (
        <p className="hint">{t.quality.groupsLeftOut(format.integer(groups.data.left_out))}</p>
      )}
    </section>
  );
}
