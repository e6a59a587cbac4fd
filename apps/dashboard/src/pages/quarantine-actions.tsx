import type { QuarantineEntry, QuarantineReplay } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, request } from '../lib/api-client.ts';
import { useSession } from '../lib/session.tsx';
import { asApiError } from '../lib/use-resource.ts';

/** Whether who is signed in may change things. */
export function useMayWrite(): boolean {
  const { current } = useSession();
  return current.state === 'signed-in' && current.session.role !== 'viewer';
}

/** Replay and dismissal of one entry; nothing for those who may only read. */
export function EntryActions({
  entry,
  onChanged,
}: {
  readonly entry: QuarantineEntry;
  readonly onChanged: () => void;
}) {
  const { t, format } = useText();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<string>();
  const [error, setError] = useState<ApiError>();
  if (!useMayWrite()) return null;
  const run = async (work: () => Promise<string | undefined>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setDone(undefined);
    try {
      setDone(await work());
      onChanged();
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  const replay = () =>
    run(async () => {
      const counts = await request<QuarantineReplay>('POST', `/quarantine/${entry.id}/replay`);
      return t.quality.replayDone(
        format.integer(counts.stored),
        format.integer(counts.duplicate),
        format.integer(counts.rejected),
      );
    });
  const setStatus = (status: 'open' | 'dismissed') =>
    run(async () => {
      await request<QuarantineEntry>('PATCH', `/quarantine/${entry.id}`, { body: { status } });
      return undefined;
    });
  return (
    <div className="entry-actions">
      <button type="button" disabled={busy} onClick={() => void replay()}>
        {t.quality.replay}
      </button>
      {entry.status !== 'replayed' && (
        <button
          type="button"
          className="quiet"
          disabled={busy}
          onClick={() => void setStatus(entry.status === 'open' ? 'dismissed' : 'open')}
        >
          {entry.status === 'open' ? t.quality.dismiss : t.quality.reopen}
        </button>
      )}
      <span role="status">{busy ? t.quality.replaying : done}</span>
      {error !== undefined && <ProblemNote error={error} />}
    </div>
  );
}
