import type {
  DeviceDetail,
  DeviceLegalState,
  Finding,
  VerificationItem,
} from '@verimeter/api-schema';
import { useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { FocusedHeading } from '../../components/focused-heading.tsx';
import { ReasonForm } from '../../components/reason-form.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get, type Page, request } from '../../lib/api-client.ts';
import { useMayOperate } from '../../lib/roles.ts';
import { href } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import type { Before } from './entry-page.tsx';
import { Outcome } from './outcome.tsx';
import { RecordDetails, RecordHistory } from './record-details.tsx';
import { recordHref } from './record-list.tsx';
import { VerificationForm } from './verification-form.tsx';

type Detail = VerificationItem & { readonly history: readonly VerificationItem[] };

interface CorrectionProps {
  readonly item: Detail;
  readonly onSaved: (saved: VerificationItem, before: Before) => void;
}

function Correction({ item, onSaved }: CorrectionProps) {
  const path = encodeURIComponent(item.device_id);
  const needed = useResource(`correction of ${item.id} ${item.version}`, async (signal) => {
    const device = await get<DeviceDetail>(`/devices/${path}`, {}, signal);
    const legal = await get<DeviceLegalState>(`/devices/${path}/legal-state`, {}, signal);
    const findings = await get<Page<Finding>>('/findings', { device_id: item.device_id }, signal);
    return { device, before: { legal, findings: findings.items } };
  });
  const { data, error } = needed;
  if (error !== undefined) return <ProblemNote error={error} retry={needed.reload} />;
  if (data === undefined) return <Skeleton lines={8} />;
  return (
    <VerificationForm
      device={data.device}
      corrected={item}
      onSaved={(saved) => onSaved(saved, data.before)}
      onCancel={() => {
        globalThis.location.hash = recordHref(item.id);
      }}
    />
  );
}

interface ActionsProps {
  readonly item: Detail;
  readonly onWithdrawn: () => void;
}

function Actions({ item, onWithdrawn }: ActionsProps) {
  const { t } = useText();
  const texts = t.legal.record;
  const [isAsked, setAsked] = useState(false);
  if (isAsked)
    return (
      <ReasonForm
        label={texts.reason}
        lead={texts.withdrawLead}
        submit={texts.withdrawYes}
        cancel={texts.cancel}
        required={t.legal.words.problem.required}
        onCancel={() => setAsked(false)}
        onSubmit={async (reason) => {
          await request('POST', `/verifications/${item.id}/withdraw`, { body: { reason } });
          onWithdrawn();
        }}
      />
    );
  return (
    <div className="row-actions">
      <a className="button" href={recordHref(item.id, true)}>
        {texts.correct}
      </a>
      {item.withdrawn === null && (
        <button type="button" className="danger" onClick={() => setAsked(true)}>
          {texts.withdraw}
        </button>
      )}
    </div>
  );
}

/** One record with its test points and earlier versions; operators correct and withdraw it. */
export function RecordPage({ id, edit }: { readonly id: string; readonly edit: boolean }) {
  const { t, format } = useText();
  const texts = t.legal.record;
  const mayOperate = useMayOperate();
  const [done, setDone] = useState<string>();
  const [saved, setSaved] = useState<{ item: VerificationItem; before: Before }>();
  const record = useResource(`verification ${id}`, (signal) =>
    get<Detail>(`/verifications/${encodeURIComponent(id)}`, {}, signal),
  );
  const { data, error } = record;
  const isEdited = edit && mayOperate;
  useTitle(data === undefined ? t.legal.title : texts.title(data.device_id));
  const title =
    data === undefined
      ? t.legal.title
      : isEdited
        ? `${t.legal.form.titleCorrect}: ${data.device_id}`
        : texts.title(data.device_id);
  return (
    <>
      <p className="crumbs">
        <a href={href('/verifications')}>{texts.back}</a>
      </p>
      <div className="page-head with-action">
        <div>
          <FocusedHeading key={`${isEdited} ${done ?? ''}`}>{title}</FocusedHeading>
          {data !== undefined && (
            <p className="lead">
              {format.date(data.verified_on)}
              {data.kind !== null && ` · ${t.legal.words.verificationKind[data.kind]}`}
            </p>
          )}
        </div>
        {data !== undefined && (
          <Badge
            tone={data.result === 'pass' ? 'calm' : 'alert'}
            text={t.legal.words.result[data.result]}
          />
        )}
      </div>
      <p className="done" role="status">
        {done}
      </p>
      {error !== undefined && <ProblemNote error={error} retry={record.reload} />}
      {data === undefined && error === undefined && <Skeleton lines={8} />}
      {saved !== undefined && <Outcome item={saved.item} before={saved.before} corrected />}
      {data !== undefined &&
        (isEdited ? (
          <Correction
            item={data}
            onSaved={(item, before) => {
              setSaved({ item, before });
              record.reload();
              globalThis.location.hash = recordHref(data.id);
            }}
          />
        ) : (
          <>
            {data.withdrawn !== null && (
              <div className="caution" role="note">
                <p>
                  {texts.withdrawnBy(
                    data.withdrawn.by.name ?? data.withdrawn.by.id,
                    format.dateTime(data.withdrawn.at),
                  )}
                </p>
                <p>
                  {texts.reason}: {data.withdrawn.reason}
                </p>
              </div>
            )}
            <RecordDetails item={data} />
            {mayOperate && (
              <Actions
                item={data}
                onWithdrawn={() => {
                  setDone(texts.withdrawn);
                  record.reload();
                }}
              />
            )}
            <RecordHistory history={data.history} />
          </>
        ))}
    </>
  );
}
