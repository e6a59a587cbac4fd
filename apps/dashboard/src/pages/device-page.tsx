import type {
  DeviceDetail,
  DeviceLegalState,
  HealthDetail,
  RegisterEventItem,
} from '@verimeter/api-schema';
import { RECOMMENDATIONS } from '@verimeter/telemetry';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { ApiError, get, type Page } from '../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { href } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';
import { DeviceClock } from './device-clock.tsx';
import { DeviceEvents } from './device-events.tsx';
import { DeviceFacts } from './device-facts.tsx';
import { DeviceVerdict } from './device-verdict.tsx';
import { ErrorHistory } from './error-history.tsx';
import { ExceptionList } from './exception-list.tsx';
import { FollowUp } from './follow-up.tsx';
import { IntervalsPanel } from './intervals-panel.tsx';
import { DeviceLegal } from './legal/device-legal.tsx';
import { DeviceRecords } from './legal/device-records.tsx';
import { LegalEvents } from './legal/legal-events.tsx';
import { QuarantineList } from './quarantine-list.tsx';
import { ReadingsPanel } from './readings-panel.tsx';
import { RegisterEvents } from './register-events.tsx';

const urgency = ({ recommendation }: HealthDetail): number =>
  RECOMMENDATIONS.indexOf(recommendation);

/** The answers of a device, none where it has not been analysed yet. */
async function loadHealth(path: string, signal: AbortSignal): Promise<readonly HealthDetail[]> {
  try {
    const { items } = await get<{ items: HealthDetail[] }>(path, {}, signal);
    // of a sensor's quantities the one that asks for something first
    return items.toSorted((a, b) => urgency(b) - urgency(a));
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return [];
    throw error;
  }
}

const NO_EVENTS: readonly RegisterEventItem[] = [];

interface DevicePageProps {
  readonly deviceId: string;
  readonly params: URLSearchParams;
}

export function DevicePage({ deviceId, params }: DevicePageProps) {
  const { t, words, language } = useText();
  useTitle(deviceId);
  const path = encodeURIComponent(deviceId);
  // The words about clock and evidence come in the language of the request.
  const device = useResource(`device ${deviceId} ${language}`, (signal) =>
    get<DeviceDetail>(`/devices/${path}`, {}, signal),
  );
  const health = useResource(`health ${deviceId} ${language}`, (signal) =>
    loadHealth(`/health/${path}`, signal),
  );
  const registers = useResource(`registers ${deviceId}`, (signal) =>
    get<Page<RegisterEventItem>>('/register-events', { device_id: deviceId }, signal),
  );
  const legal = useResource(`legal ${deviceId}`, (signal) =>
    get<DeviceLegalState>(`/devices/${path}/legal-state`, {}, signal),
  );
  const reload = useThrottled(health.reload, 2000);
  useLiveEvent('finding', (finding) => {
    if (finding.device_id === undefined || finding.device_id === deviceId) reload();
  });
  const back = (
    <p className="crumbs">
      <a href={href('/fleet')}>{t.common.back}</a>
    </p>
  );
  if (device.error !== undefined)
    return (
      <>
        {back}
        <h1>{deviceId}</h1>
        <ProblemNote error={device.error} retry={device.reload} />
      </>
    );
  const { data } = device;
  return (
    <>
      {back}
      <div className="page-head">
        <h1>{deviceId}</h1>
        <p className="lead">
          {data === undefined
            ? '\u00A0'
            : [words.deviceKind[data.kind], data.manufacturer, data.model, data.address]
                .filter((part) => part !== null && part !== '')
                .join(' · ')}
        </p>
      </div>
      <div className="columns">
        <div className="column-main">
          {health.error !== undefined && <ProblemNote error={health.error} retry={health.reload} />}
          {health.data === undefined && health.error === undefined && <Skeleton lines={5} />}
          {health.data?.length === 0 && <Empty>{t.device.notAnalysed}</Empty>}
          {health.data?.map((item) => (
            <DeviceVerdict key={item.quantity} health={item} />
          ))}
          {health.data?.map((item) => (
            <ErrorHistory key={item.quantity} health={item} />
          ))}
          {data !== undefined && (health.data !== undefined || health.error !== undefined) && (
            <ReadingsPanel
              device={data}
              judged={health.data?.[0]?.quantity}
              params={params}
              registerEvents={registers.data?.items ?? NO_EVENTS}
            />
          )}
          {data !== undefined && (health.data !== undefined || health.error !== undefined) && (
            <IntervalsPanel
              device={data}
              judged={health.data?.[0]?.quantity}
              params={params}
              registerEvents={registers.data?.items ?? NO_EVENTS}
            />
          )}
          {registers.error !== undefined && (
            <ProblemNote error={registers.error} retry={registers.reload} />
          )}
          <RegisterEvents
            events={registers.data?.items ?? NO_EVENTS}
            onChanged={registers.reload}
          />
          {data !== undefined && <DeviceEvents events={data.events} />}
          {data !== undefined && (
            <section className="card" id="legal">
              <h2>{t.legal.device.history}</h2>
              <LegalEvents deviceId={deviceId} onChanged={legal.reload} />
              <DeviceRecords deviceId={deviceId} />
            </section>
          )}
          <section className="card" id="exceptions">
            <h2>{t.exceptions.title}</h2>
            <p className="hint">{t.exceptions.lead}</p>
            <ExceptionList deviceId={deviceId} />
          </section>
          <section className="card">
            <h2>{t.device.quarantine}</h2>
            <QuarantineList deviceId={deviceId} />
          </section>
        </div>
        <div className="column-side">
          {data === undefined ? (
            <Skeleton lines={10} />
          ) : (
            <>
              <DeviceLegal deviceId={deviceId} legal={legal} />
              <DeviceFacts device={data} health={health.data?.[0]} />
              <DeviceClock clock={data.clock} />
            </>
          )}
          <FollowUp deviceId={deviceId} />
        </div>
      </div>
    </>
  );
}
