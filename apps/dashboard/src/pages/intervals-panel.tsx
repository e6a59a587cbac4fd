import type { Channel, DeviceDetail, Interval, RegisterEventItem } from '@verimeter/api-schema';
import { findQuantity, type IntervalStep } from '@verimeter/telemetry';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { getAll } from '../lib/api-client.ts';
import { unitLabel } from '../lib/format.ts';
import { lengthOf, readEvery, usualLength } from '../lib/interval-steps.ts';
import { useResource } from '../lib/use-resource.ts';
import { IntervalBars } from './interval-bars.tsx';

const DAY_MS = 86_400_000;
const MOST_INTERVALS = 100;

interface IntervalsPanelProps {
  readonly device: DeviceDetail;
  /** The quantity that the page is about; shown first. */
  readonly judged: string | undefined;
  readonly params: URLSearchParams;
  readonly registerEvents: readonly RegisterEventItem[];
}

/** Intervals of the last day of a register: the one that is chosen, else the one that is judged, else the first with readings. */
export function IntervalsPanel({ device, judged, params, registerEvents }: IntervalsPanelProps) {
  const registers = device.channels.filter(
    ({ quantity, latest }) => findQuantity(quantity)?.kind === 'register' && latest !== null,
  );
  const channel =
    registers.find(({ quantity }) => quantity === params.get('quantity')) ??
    registers.find(({ quantity }) => quantity === judged) ??
    registers[0];
  return channel === undefined ? null : (
    <RegisterIntervals
      key={channel.quantity}
      deviceId={device.device_id}
      channel={channel}
      events={registerEvents}
    />
  );
}

/** On the finest grid that the register is read at: on a finer one, each hour of a meter that is read by the hour would count as merged. */
async function loadIntervals(
  query: { readonly device_id: string; readonly quantity: string; readonly from: string },
  signal: AbortSignal,
): Promise<readonly Interval[]> {
  const at = async (step: IntervalStep): Promise<readonly Interval[]> =>
    (await getAll<Interval>('/intervals', { ...query, step }, MOST_INTERVALS, signal)).items;
  const quarters = await at('15m');
  const step = readEvery(quarters);
  return step === '15m' ? quarters : at(step);
}

function RegisterIntervals({
  deviceId,
  channel,
  events,
}: {
  readonly deviceId: string;
  readonly channel: Channel;
  readonly events: readonly RegisterEventItem[];
}) {
  const { t, words, format } = useText();
  const { quantity, latest, unit } = channel;
  const from = new Date(Date.parse(latest?.ts ?? '') - DAY_MS).toISOString();
  // What a person says of an event changes the amounts.
  const said = events.map(({ id, kind, state }) => `${id} ${kind} ${state}`).join();
  const loaded = useResource(`intervals ${deviceId} ${quantity} ${from} ${said}`, (signal) =>
    loadIntervals({ device_id: deviceId, quantity, from }, signal),
  );
  const amountOf = ({ amount }: Interval): string =>
    amount === null ? t.intervals.unknown : `${format.number(amount)} ${unitLabel(unit)}`;
  const spanOf = ({ from: first, to }: Interval): string =>
    `${format.time(first)} – ${format.time(to)}`;
  const intervals = loaded.data ?? [];
  const usual = usualLength(intervals);
  const codesOf = (interval: Interval) =>
    interval.quality.filter((code) => code !== 'merged' || lengthOf(interval) > usual);
  const qualityOf = (interval: Interval): string =>
    codesOf(interval)
      .map((code) => words.intervalQuality[code])
      .join(', ');
  const odd = intervals.filter((interval) => codesOf(interval).some((code) => !PLAIN.has(code)));
  const largest = intervals
    .filter(({ amount }) => amount !== null)
    .toSorted((a, b) => (b.amount ?? 0) - (a.amount ?? 0))[0];
  const name = words.quantity[quantity] ?? quantity;
  return (
    <section className="card" id="intervals">
      <h2>
        {t.intervals.title}: {name}
      </h2>
      {loaded.error !== undefined && <ProblemNote error={loaded.error} retry={loaded.reload} />}
      {loaded.data === undefined && loaded.error === undefined && <Skeleton lines={4} />}
      {loaded.data !== undefined && intervals.length === 0 && <Empty>{t.intervals.none}</Empty>}
      {intervals.length > 0 && (
        <>
          <IntervalBars
            intervals={intervals}
            label={t.intervals.label(name, format.integer(intervals.length))}
            textOf={(interval) =>
              `${spanOf(interval)}: ${amountOf(interval)} (${qualityOf(interval) || words.intervalQuality.exact})`
            }
          />
          <p className="hint">
            {largest !== undefined && `${t.intervals.largest(amountOf(largest))} `}
            {t.intervals.lead}
          </p>
        </>
      )}
      {odd.length > 0 && (
        <details>
          <summary>{t.intervals.odd(format.integer(odd.length))}</summary>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t.intervals.time}</th>
                <th scope="col" className="number">
                  {t.intervals.amount}
                </th>
                <th scope="col" className="number">
                  {t.intervals.coverage}
                </th>
                <th scope="col">{t.intervals.quality}</th>
              </tr>
            </thead>
            <tbody>
              {odd.map((interval) => (
                <tr key={interval.start}>
                  <th scope="row">{spanOf(interval)}</th>
                  <td className="number">{amountOf(interval)}</td>
                  <td className="number">{format.percent(interval.coverage, 0)}</td>
                  <td>{qualityOf(interval)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

const PLAIN: ReadonlySet<string> = new Set(['exact', 'shifted']);
