import type { CustomerRequestDetail, RequestStatus } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request as send } from '../../lib/api-client.ts';
import { asApiError } from '../../lib/use-resource.ts';
import { dayOf } from './request-form.tsx';

interface AnswerProps {
  readonly request: CustomerRequestDetail;
  readonly today: string;
  readonly onChanged: (request: CustomerRequestDetail) => void;
}

/** Answers, closes, reopens a request, or writes something down. */
export function AnswerCard({ request, today, onChanged }: AnswerProps) {
  const { t } = useText();
  const texts = t.requests.answer;
  const [comment, setComment] = useState('');
  const [on, setOn] = useState(today);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [done, setDone] = useState<string>();
  const change = async (status: RequestStatus | undefined): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const changed = await send<CustomerRequestDetail>(
        'PATCH',
        `/customer-requests/${request.id}`,
        {
          body: {
            ...(status === undefined ? {} : { status }),
            ...(status === 'answered' ? { answered_on: dayOf(on) } : {}),
            ...(comment.trim() === '' ? {} : { comment }),
          },
        },
      );
      setComment('');
      setDone(texts.done);
      onChanged(changed);
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  const { status } = request;
  return (
    <section className="card" aria-labelledby="answer">
      <h2 id="answer">{texts.title}</h2>
      <div className="desk-form">
        <TextField label={texts.comment} rows={3} value={comment} onChange={setComment} />
        {status === 'open' && (
          <TextField label={texts.on} value={on} placeholder="YYYY-MM-DD" onChange={setOn} />
        )}
        <div className="row-actions">
          {status === 'open' && (
            <button
              type="button"
              className="primary"
              disabled={busy}
              onClick={() => void change('answered')}
            >
              {texts.send}
            </button>
          )}
          {status !== 'closed' && (
            <button type="button" disabled={busy} onClick={() => void change('closed')}>
              {texts.close}
            </button>
          )}
          {status !== 'open' && (
            <button type="button" disabled={busy} onClick={() => void change('open')}>
              {texts.reopen}
            </button>
          )}
          <button
            type="button"
            disabled={busy || comment.trim() === ''}
            onClick={() => void change(undefined)}
          >
            {texts.note}
          </button>
        </div>
      </div>
      <p className="done" role="status">
        {done}
      </p>
      {error !== undefined && <ProblemNote error={error} />}
    </section>
  );
}
