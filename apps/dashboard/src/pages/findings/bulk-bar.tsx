import {
  type ChangeReason,
  FINDING_STATUSES,
  type FindingBulk,
  type FindingBulkResult,
  type FindingChange,
  type FindingStatus,
  MAXIMUM_BULK_IDS,
} from '@verimeter/api-schema';
import { type FormEvent, useState } from 'react';
import { Choice } from '../../components/choice.tsx';
import { ProblemNote } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { findingHref } from '../../lib/routing.ts';
import { asApiError } from '../../lib/use-resource.ts';
import { AssigneeField, CommentField, ReasonField } from './change-fields.tsx';

interface BulkBarProps {
  readonly ids: readonly number[];
  readonly names: readonly string[];
  readonly onDone: () => void;
  readonly onForget: () => void;
}

const NOTHING: FindingBulkResult = { changed: 0, unchanged: 0, refused: [] };

/** In requests of as many as one may name; what is done stays done where a later one fails. */
async function changeAll(
  ids: readonly number[],
  change: FindingChange,
): Promise<FindingBulkResult> {
  let result = NOTHING;
  for (let from = 0; from < ids.length; from += MAXIMUM_BULK_IDS) {
    const body: FindingBulk = { ids: ids.slice(from, from + MAXIMUM_BULK_IDS), change };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const part = await request<FindingBulkResult>('POST', '/findings/bulk', { body });
    result = {
      changed: result.changed + part.changed,
      unchanged: result.unchanged + part.unchanged,
      refused: [...result.refused, ...part.refused],
    };
  }
  return result;
}

/** What came of the last change; read out by screen readers. */
export function BulkResult({ result }: { readonly result: FindingBulkResult | undefined }) {
  const { t, format } = useText();
  return (
    <div role="status" className="bulk-result">
      {result !== undefined && (
        <>
          <p>
            {t.findings.applied(format.integer(result.changed), format.integer(result.unchanged))}
          </p>
          {result.refused.length > 0 && (
            <>
              <p>{t.findings.refused(format.integer(result.refused.length))}</p>
              <ul className="detail">
                {result.refused.map(({ id, message }) => (
                  <li key={id}>
                    <a href={findingHref(id)}>{t.findings.number(String(id))}</a> {message}
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </div>
  );
}

/** One change for all findings that are chosen. */
export function BulkBar({
  ids,
  names,
  onForget,
  onDone,
  onResult,
}: BulkBarProps & { readonly onResult: (result: FindingBulkResult) => void }) {
  const { t, words, format } = useText();
  const [status, setStatus] = useState<FindingStatus | ''>('');
  const [reason, setReason] = useState<ChangeReason | ''>('');
  const [assignee, setAssignee] = useState('');
  const [comment, setComment] = useState('');
  const [error, setError] = useState<ApiError>();
  const change: FindingChange = {
    ...(status === '' ? {} : { status }),
    ...(status === 'dismissed' && reason !== '' ? { reason } : {}),
    ...(assignee.trim() === '' ? {} : { assignee: assignee.trim() }),
    ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
  };
  const apply = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    try {
      onResult(await changeAll(ids, change));
      setError(undefined);
      onDone();
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  return (
    <form className="bulk-bar" aria-label={t.findings.bulk} onSubmit={(event) => void apply(event)}>
      <p className="bulk-count">
        <strong>{t.findings.chosen(format.integer(ids.length))}</strong>
        <button type="button" className="quiet" onClick={onForget}>
          {t.findings.forget}
        </button>
      </p>
      <Choice
        label={t.findings.newStatus}
        anyText={t.findings.unchanged}
        value={status}
        options={FINDING_STATUSES.filter((one) => one !== 'verified').map((one) => [
          one,
          words.findingStatus[one],
        ])}
        onChange={setStatus}
      />
      {status === 'dismissed' && <ReasonField value={reason} onChange={setReason} />}
      <AssigneeField value={assignee} names={names} onChange={setAssignee} />
      <CommentField value={comment} required={reason === 'other'} onChange={setComment} />
      <button type="submit" className="primary" disabled={Object.keys(change).length === 0}>
        {t.findings.apply}
      </button>
      {error !== undefined && <ProblemNote error={error} />}
    </form>
  );
}
