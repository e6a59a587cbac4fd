import type {
  Channel,
  DeviceDetail,
  LiveReading,
  ReadingAggregate,
  RegisterEventItem,
} from '@verimeter/api-schema';
import { findQuantity } from '@verimeter/telemetry';
import { useEffect, useMemo, useState } from 'react';
import { Choice, Segments } from '../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { getAll } from '../lib/api-client.ts';
import {
  mergeBuckets,
  RANGE_NAMES,
  type RangeName,
  type Window,
  windowOf,
} from '../lib/chart-data.ts';
import { unitLabel } from '../lib/format.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { deviceHref } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';
import { replaceHash } from '../lib/use-route.ts';
import { Conflicts } from './conflicts.tsx';
import { ReadingsChart } from './readings-chart.tsx';

const LIVE_RELOAD_MS = 1000;
const MAXIMUM_BUCKETS = 5000;

interface ChannelChartProps {
  readonly deviceId: string;
  readonly channel: Channel;
  readonly latest: { readonly ts: string; readonly value: number };
  readonly range: RangeName;
  /** Of the channel. */
  readonly events: readonly RegisterEventItem[];
}

function loadBuckets(
  deviceId: string,
  quantity: string,
  window: Window,
  zone: string,
  signal?: AbortSignal,
) {
  const { from, to, resolution } = window;
  const query = { device_id: deviceId, quantity, from, to, resolution, zone };
  return getAll<ReadingAggregate>('/readings', query, MAXIMUM_BUCKETS, signal);
}

function ChannelChart({ deviceId, channel, latest, range, events }: ChannelChartProps) {
  const { t, format } = useText();
  const { quantity } = channel;
  const register = findQuantity(quantity)?.kind === 'register';
  // The window of the first answer; what arrives later is appended to it.
  const [opened] = useState(latest.ts);
  const window = windowOf(range, opened, register);
  // What a person says of an event changes the amounts.
  const said = events.map(({ id, kind, state }) => `${id} ${kind} ${state}`).join();
  const loaded = useResource(
    `readings ${deviceId} ${quantity} ${range} ${said}`,
    async (signal) => {
      const { items } = await loadBuckets(deviceId, quantity, window, format.zone, signal);
      return items;
    },
  );
  const [appended, setAppended] = useState<readonly ReadingAggregate[]>([]);
  const buckets = useMemo(() => mergeBuckets(loaded.data ?? [], appended), [loaded.data, appended]);
  const append = useThrottled(() => {
    // The last bucket may still have been filling: it is fetched again with what follows.
    const from = buckets.at(-1)?.start ?? window.from;
    const newer = { ...window, from, to: new Date(Date.parse(latest.ts) + 1).toISOString() };
    loadBuckets(deviceId, quantity, newer, format.zone).then(
      ({ items }) => setAppended((before) => mergeBuckets(before, items)),
      () => undefined, // the chart stays as it is; the next reading tries again
    );
  }, LIVE_RELOAD_MS);
  useEffect(() => {
    if (latest.ts !== opened) append();
  }, [latest.ts, opened, append]);

  if (loaded.error !== undefined) return <ProblemNote error={loaded.error} retry={loaded.reload} />;
  if (loaded.data === undefined) return <Skeleton lines={6} />;
  if (buckets.length === 0) return <Empty>{t.device.noReadings}</Empty>;
  return (
    <>
      <ReadingsChart channel={channel} buckets={buckets} register={register} events={events} />
      {events.length > 0 && <p className="hint">{t.registers.mark}</p>}
      <p className="hint">
        {t.device.perBucket[window.resolution]} · {t.device.upTo(format.dateTime(latest.ts))}
      </p>
      <Conflicts deviceId={deviceId} quantity={quantity} unit={channel.unit} window={window} />
    </>
  );
}

interface ReadingsPanelProps {
  readonly device: DeviceDetail;
  /** The quantity that the page is about; shown first. */
  readonly judged: string | undefined;
  readonly params: URLSearchParams;
  readonly registerEvents: readonly RegisterEventItem[];
}

export function ReadingsPanel({ device, judged, params, registerEvents }: ReadingsPanelProps) {
  const { t, words, format } = useText();
  const [live, setLive] = useState<Readonly<Record<string, LiveReading>>>({});
  useLiveEvent('reading', (reading) => {
    if (reading.device_id !== device.device_id) return;
    setLive((before) => {
      const known = before[reading.quantity];
      const newer = known === undefined || Date.parse(known.ts) < Date.parse(reading.ts);
      return newer ? { ...before, [reading.quantity]: reading } : before;
    });
  });
  const set = (change: Readonly<Record<string, string>>): void =>
    replaceHash(deviceHref(device.device_id, { ...Object.fromEntries(params), ...change }));
  const chosen = params.get('quantity');
  const channel =
    device.channels.find((one) => one.quantity === chosen) ??
    device.channels.find((one) => one.quantity === judged && one.latest !== null) ??
    device.channels.find((one) => one.latest !== null) ??
    device.channels[0];
  const range = RANGE_NAMES.find((name) => name === params.get('range')) ?? '7d';
  if (channel === undefined)
    return (
      <section className="card">
        <h2>{t.device.readings}</h2>
        <Empty>{t.device.noChannels}</Empty>
      </section>
    );
  const arrived = live[channel.quantity];
  const stored = channel.latest;
  const latest =
    arrived !== undefined && (stored === null || Date.parse(arrived.ts) > Date.parse(stored.ts))
      ? arrived
      : stored;
  const unit = unitLabel(channel.unit);
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t.device.readings}</h2>
        {latest !== null && (
          <p className="latest" aria-live="polite">
            {t.device.latest(`${format.number(latest.value)} ${unit}`, format.dateTime(latest.ts))}
          </p>
        )}
      </div>
      <div className="chart-controls">
        <Choice
          label={t.device.quantity}
          value={channel.quantity}
          options={device.channels.map((one) => [
            one.quantity,
            words.quantity[one.quantity] ?? one.quantity,
          ])}
          onChange={(quantity) => set({ quantity })}
        />
        <Segments
          label={t.device.range}
          value={range}
          options={RANGE_NAMES.map((name) => [name, t.device.ranges[name]])}
          onChange={(name) => set({ range: name })}
        />
      </div>
      {latest === null ? (
        <Empty>{t.device.noChannels}</Empty>
      ) : (
        <ChannelChart
          key={`${channel.quantity} ${range}`}
          deviceId={device.device_id}
          channel={channel}
          latest={latest}
          range={range}
          events={registerEvents.filter(({ quantity }) => quantity === channel.quantity)}
        />
      )}
    </section>
  );
}
