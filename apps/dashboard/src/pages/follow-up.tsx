import type { Finding, FindingStatus } from '@verimeter/api-schema';
import { type FormEvent, useId, useState } from 'react';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, get, type Page, request } from '../lib/api-client.ts';
import { useSession } from '../lib/session.tsx';
import { asApiError, useResource } from '../lib/use-resource.ts';

/** In the order a finding passes through them; the names come from the vocabulary. */
const STATUSES: readonly FindingStatus[] = [
  'open',
  'acknowledged',
  'ordered',
  'verified',
  'dismissed',
];

function FindingForm({
  finding,
  onSaved,
}: {
  readonly finding: Finding;
  readonly onSaved: () => void;
}) {
  const { t, words } = useText();
  const { current } = useSession();
  const [error, setError] = useState<ApiError>();
  const [saved, setSaved] = useState(false);
  const statusId = useId();
  const commentId = useId();
  const mayWrite = current.state === 'signed-in' && current.session.role !== 'viewer';
  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const written = form.get('comment');
    const comment = typeof written === 'string' ? written.trim() : '';
    setSaved(false);
    try {
      await request<Finding>('PATCH', `/findings/${finding.id}`, {
        body: { status: form.get('status'), comment: comment === '' ? null : comment },
      });
      setError(undefined);
      setSaved(true);
      onSaved();
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  return (
    <form className="follow-up" onSubmit={(event) => void save(event)}>
      <div className="field">
        <label htmlFor={statusId}>{t.device.findingStatus}</label>
        <select id={statusId} name="status" defaultValue={finding.status} disabled={!mayWrite}>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {words.findingStatus[status]}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={commentId}>{t.device.findingComment}</label>
        <textarea
          id={commentId}
          name="comment"
          rows={3}
          maxLength={4000}
          defaultValue={finding.comment ?? ''}
          disabled={!mayWrite}
        />
      </div>
      {mayWrite ? (
        <button type="submit">{t.device.findingSave}</button>
      ) : (
        <p className="hint">{t.device.findingReadOnly}</p>
      )}
      <span role="status">{saved && t.device.findingSaved}</span>
      {error !== undefined && <ProblemNote error={error} />}
    </form>
  );
}

/** What people do about the latest finding of the device; nothing where it has none. */
export function FollowUp({ deviceId }: { readonly deviceId: string }) {
  const { t } = useText();
  const findings = useResource(`findings ${deviceId}`, (signal) =>
    get<Page<Finding>>('/findings', { device_id: deviceId, limit: 1 }, signal),
  );
  const finding = findings.data?.items[0];
  if (findings.error === undefined && finding === undefined) return null;
  return (
    <section className="card">
      <h2>{t.device.finding}</h2>
      {findings.error !== undefined && <ProblemNote error={findings.error} />}
      {finding !== undefined && (
        <FindingForm key={finding.id} finding={finding} onSaved={findings.reload} />
      )}
    </section>
  );
}
