import type {
  DeviceDetail,
  DeviceLegalState,
  Finding,
  VerificationItem,
} from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { FocusedHeading } from '../../components/focused-heading.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get, type Page } from '../../lib/api-client.ts';
import { useMayOperate } from '../../lib/roles.ts';
import { deviceHref, entryHref, href } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { DevicePicker } from './device-picker.tsx';
import { Outcome } from './outcome.tsx';
import { VerificationForm } from './verification-form.tsx';

/** How a device stands and what is open of it, before a result changes both. */
export interface Before {
  readonly legal: DeviceLegalState;
  readonly findings: readonly Finding[];
}

function DeviceLine({ device }: { readonly device: DeviceDetail }) {
  const { t, words } = useText();
  const texts = t.legal.form;
  return (
    <section className="card chosen-device" aria-label={texts.device}>
      <div>
        <a href={deviceHref(device.device_id)}>
          <strong>{device.device_id}</strong>
        </a>
        <span className="sub">
          {[
            words.deviceKind[device.kind],
            device.serial,
            device.manufacturer,
            device.model,
            device.accuracy_class === null ? null : texts.class(device.accuracy_class),
            device.address,
          ]
            .filter((part) => part !== null && part !== '')
            .join(' · ')}
        </span>
      </div>
      <a href={entryHref()}>{texts.deviceOther}</a>
    </section>
  );
}

function EntryOf({ deviceId }: { readonly deviceId: string }) {
  const path = encodeURIComponent(deviceId);
  const [saved, setSaved] = useState<VerificationItem>();
  const device = useResource(`device of entry ${deviceId}`, (signal) =>
    get<DeviceDetail>(`/devices/${path}`, {}, signal),
  );
  const before = useResource(`before entry ${deviceId}`, async (signal): Promise<Before> => {
    const legal = await get<DeviceLegalState>(`/devices/${path}/legal-state`, {}, signal);
    const findings = await get<Page<Finding>>('/findings', { device_id: deviceId }, signal);
    return { legal, findings: findings.items };
  });
  const error = device.error ?? before.error;
  if (error !== undefined)
    return (
      <>
        <ProblemNote
          error={error}
          retry={() => {
            device.reload();
            before.reload();
          }}
        />
        <DevicePicker />
      </>
    );
  if (device.data === undefined || before.data === undefined) return <Skeleton lines={8} />;
  if (saved !== undefined) return <Outcome item={saved} before={before.data} corrected={false} />;
  return (
    <>
      <DeviceLine device={device.data} />
      <VerificationForm
        device={device.data}
        onSaved={setSaved}
        onCancel={() => {
          globalThis.location.hash = href('/verifications');
        }}
      />
    </>
  );
}

/** Where the result of a verification is entered: first which device, then what was measured. */
export function EntryPage({ deviceId }: { readonly deviceId: string | undefined }) {
  const { t } = useText();
  useTitle(t.legal.form.title);
  const mayOperate = useMayOperate();
  return (
    <>
      <p className="crumbs">
        <a href={href('/verifications')}>{t.legal.record.back}</a>
      </p>
      <div className="page-head">
        <FocusedHeading key={deviceId}>{t.legal.form.title}</FocusedHeading>
      </div>
      {!mayOperate ? (
        <p>{t.legal.readOnly}</p>
      ) : deviceId === undefined ? (
        <DevicePicker />
      ) : (
        <EntryOf key={deviceId} deviceId={deviceId} />
      )}
    </>
  );
}
