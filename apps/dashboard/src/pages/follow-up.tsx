import type { FindingDetail, Finding, FindingSummary } from '@verimeter/api-schema';
import { ProblemNote } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { get, type Page } from '../lib/api-client.ts';
import { groupKindOf } from '../lib/group-kind.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { findingHref } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';
import { FindingActions } from './findings/finding-actions.tsx';
import { FindingHistory } from './findings/finding-history.tsx';

/** So many things of the history are shown beside the device. */
const LATEST = 3;

/** The latest finding of a device; undefined: it has none. */
async function latestFinding(
  deviceId: string,
  signal: AbortSignal,
): Promise<FindingDetail | undefined> {
  const list = await get<Page<Finding>>('/findings', { device_id: deviceId, limit: 1 }, signal);
  const [finding] = list.items;
  return finding === undefined
    ? undefined
    : get<FindingDetail>(`/findings/${finding.id}`, {}, signal);
}

/** What people do about the latest finding of the device; nothing where it has none. */
export function FollowUp({ deviceId }: { readonly deviceId: string }) {
  const { t, words } = useText();
  const finding = useResource(`finding of ${deviceId}`, (signal) =>
    latestFinding(deviceId, signal),
  );
  const summary = useResource('finding assignees', (signal) =>
    get<FindingSummary>('/findings/summary', {}, signal),
  );
  const { data, error, reload } = finding;
  const soon = useThrottled(reload, 1000);
  useLiveEvent('finding', (event) => {
    if (event.device_id === deviceId) soon();
  });
  if (error === undefined && data === undefined) return null;
  return (
    <section className="card">
      <h2>{t.findings.change}</h2>
      {error !== undefined && <ProblemNote error={error} retry={reload} />}
      {data !== undefined && (
        <>
          <p className="state">
            <a href={findingHref(data.id)}>{t.findings.openFinding}</a>
            <span className="sub">{words.findingStatus[data.status]}</span>
          </p>
          <FindingActions
            key={data.id}
            finding={data}
            names={(summary.data?.assignees ?? []).map(({ assignee }) => assignee)}
            onSaved={reload}
          />
          <FindingHistory
            events={data.history.slice(-LATEST)}
            groupKind={groupKindOf(data.quantity)}
          />
        </>
      )}
    </section>
  );
}
