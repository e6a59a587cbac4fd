import {
  type ChangeReason,
  type Finding,
  type FindingChange,
  type FindingStatus,
  isLiveStatus,
  nextStatuses,
} from '@verimeter/api-schema';
import { type FormEvent, useState } from 'react';
import { Choice } from '../../components/choice.tsx';
import { ProblemNote } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { useSession } from '../../lib/session.tsx';
import { asApiError } from '../../lib/use-resource.ts';
import { AssigneeField, CommentField, ReasonField } from './change-fields.tsx';

/** Whether the reader may act. */
export function useMayWrite(): boolean {
  const { current } = useSession();
  return current.state === 'signed-in' && current.session.role !== 'viewer';
}

interface Draft {
  readonly status: FindingStatus;
  readonly reason: ChangeReason | '';
  readonly assignee: string;
  readonly comment: string;
}

const untouched = (finding: Finding): Draft => ({
  status: finding.status,
  reason: '',
  assignee: finding.assignee ?? '',
  comment: '',
});

const followed = (draft: Draft, before: Finding, after: Finding): Draft => ({
  ...draft,
  status: draft.status === before.status ? after.status : draft.status,
  assignee: draft.assignee === (before.assignee ?? '') ? (after.assignee ?? '') : draft.assignee,
});

/** What is sent of a draft: only what is other than before. */
function changeOf(finding: Finding, draft: Draft): FindingChange {
  const isReopened = !isLiveStatus(finding.status) && isLiveStatus(draft.status);
  const assignee = draft.assignee.trim();
  const comment = draft.comment.trim();
  return {
    ...(draft.status === finding.status ? {} : { status: draft.status }),
    ...(isReopened ? { reason: 'reopened' } : {}),
    ...(draft.status === 'dismissed' && finding.status !== 'dismissed' && draft.reason !== ''
      ? { reason: draft.reason }
      : {}),
    ...(assignee === (finding.assignee ?? '')
      ? {}
      : { assignee: assignee === '' ? null : assignee }),
    ...(comment === '' ? {} : { comment }),
  };
}

/** Status with its reason, who looks after it, and another comment. */
export function FindingActions({
  finding,
  names,
  onSaved,
}: {
  readonly finding: Finding;
  readonly names: readonly string[];
  readonly onSaved: () => void;
}) {
  const { t, words } = useText();
  const mayWrite = useMayWrite();
  const [draft, setDraft] = useState(() => untouched(finding));
  const [seen, setSeen] = useState(finding);
  const [error, setError] = useState<ApiError>();
  const [saved, setSaved] = useState(false);
  // Somebody else, or a verification, changed it: what the reader has not touched follows, what is written stays.
  if (seen.updated_at !== finding.updated_at) {
    setSeen(finding);
    setDraft(followed(draft, seen, finding));
  }
  if (!mayWrite) return <p className="hint">{t.findings.readOnly}</p>;
  const set = (change: Partial<Draft>): void => {
    setSaved(false);
    setDraft({ ...draft, ...change });
  };
  const change = changeOf(seen, draft);
  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      const after = await request<Finding>('PATCH', `/findings/${finding.id}`, { body: change });
      setError(undefined);
      setSaved(true);
      setSeen(after);
      setDraft(untouched(after));
      onSaved();
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  return (
    <form className="follow-up" onSubmit={(event) => void save(event)}>
      <Choice
        label={t.findings.newStatus}
        value={draft.status}
        options={[seen.status, ...nextStatuses(seen.status)].map((status) => [
          status,
          words.findingStatus[status],
        ])}
        onChange={(status) => set({ status: status === '' ? seen.status : status })}
      />
      {draft.status === 'dismissed' && seen.status !== 'dismissed' && (
        <ReasonField value={draft.reason} onChange={(reason) => set({ reason })} />
      )}
      {draft.status === 'verified' && seen.status !== 'verified' && (
        <p className="hint">{t.findings.byHand}</p>
      )}
      <AssigneeField
        value={draft.assignee}
        names={names}
        onChange={(assignee) => set({ assignee })}
      />
      <CommentField
        value={draft.comment}
        required={draft.reason === 'other'}
        onChange={(comment) => set({ comment })}
      />
      <button type="submit" className="primary" disabled={Object.keys(change).length === 0}>
        {t.findings.save}
      </button>
      <span role="status">{saved && t.findings.saved}</span>
      {error !== undefined && <ProblemNote error={error} />}
    </form>
  );
}
