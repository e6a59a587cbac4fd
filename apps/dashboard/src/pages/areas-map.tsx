import type { Device, Group, Health } from '@verimeter/api-schema';
import { RECOMMENDATIONS, type Recommendation } from '@verimeter/telemetry';
import { useMemo, useState } from 'react';
import { RecommendationBadge } from '../components/badge.tsx';
import { Choice } from '../components/choice.tsx';
import { Empty, Hinted, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { GeoMap } from '../components/geo-map.tsx';
import { MapLegend, toneOfRecommendation } from '../components/map-legend.tsx';
import { useText } from '../i18n/i18n.tsx';
import { getAll } from '../lib/api-client.ts';
import { areaHref, deviceHref } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';

/** Devices that are put on the map at once; of a larger fleet an area is chosen. */
const MOST_DEVICES = 20_000;
const MOST_AREAS = 2000;
const LISTED = 100;

interface Placed {
  readonly id: string;
  readonly lat: number;
  readonly lon: number;
  readonly address: string | null;
  readonly group: string | null;
  readonly recommendation: Recommendation;
}

/** By what needs attention least. */
const urgencyOf = (recommendation: Recommendation): number =>
  RECOMMENDATIONS.indexOf(recommendation);

/** Of devices with several quantities what needs attention most. */
function worstByDevice(rows: readonly Health[]): Map<string, Health> {
  const worst = new Map<string, Health>();
  for (const row of rows) {
    const before = worst.get(row.device_id);
    if (before === undefined || urgencyOf(row.recommendation) > urgencyOf(before.recommendation))
      worst.set(row.device_id, row);
  }
  return worst;
}

function placedOf(devices: readonly Device[], health: readonly Health[]): Placed[] {
  const known = worstByDevice(health);
  return devices.flatMap(({ device_id: id, lat, lon, address }) => {
    if (lat === null || lon === null) return [];
    const row = known.get(id);
    return {
      id,
      lat,
      lon,
      address,
      group: row?.group_id ?? null,
      recommendation: row?.recommendation ?? 'none',
    };
  });
}

interface MapProps {
  /** Of the groups shown; undefined: all. */
  readonly kind: string | undefined;
  readonly area: string;
  readonly onArea: (area: string) => void;
}

/** Devices where they stand, with the outline of their area; below it the same as a list. */
export function AreasMap({ kind, area, onArea }: MapProps) {
  const { t, format } = useText();
  const [chosen, setChosen] = useState<string>();
  const group = area === '' ? undefined : area;
  const groups = useResource(`groups of the map ${kind}`, (signal) =>
    getAll<Group>('/groups', { kind }, MOST_AREAS, signal),
  );
  const found = useResource(`map of ${group ?? 'all'}`, async (signal) => {
    const [devices, health] = await Promise.all([
      getAll<Device>('/devices', { group }, MOST_DEVICES, signal),
      getAll<Health>('/health', { group, sort: 'device_id' }, MOST_DEVICES, signal),
    ]);
    return { ...devices, placed: placedOf(devices.items, health.items) };
  });
  const { data } = found;
  const known = groups.data?.items;
  const placed = useMemo(() => {
    const names = new Set((known ?? []).map((one) => one.group_id));
    const all = data?.placed ?? [];
    return kind === undefined ? all : all.filter((one) => names.has(one.group ?? ''));
  }, [data, known, kind]);
  const points = useMemo(
    () => placed.map((one) => ({ ...one, tone: toneOfRecommendation(one.recommendation) })),
    [placed],
  );
  const shown = useMemo(() => new Set<string>(placed.map((one) => one.recommendation)), [placed]);
  const error = found.error ?? groups.error;
  const device = placed.find(({ id }) => id === chosen);
  return (
    <>
      <div className="filters">
        <Choice
          label={t.map.area}
          anyText={t.common.all}
          value={area}
          options={(known ?? []).map((one) => [
            one.group_id,
            one.name === null ? one.group_id : `${one.group_id} · ${one.name}`,
          ])}
          onChange={onArea}
        />
      </div>
      {error !== undefined && (
        <ProblemNote
          error={error}
          retry={() => {
            found.reload();
            groups.reload();
          }}
        />
      )}
      {data === undefined && error === undefined && <Skeleton lines={8} />}
      {data !== undefined && points.length === 0 && (
        <Empty>
          <Hinted text={t.map.none} />
        </Empty>
      )}
      {data !== undefined && points.length > 0 && (
        <section className="card">
          <p className="hint">
            {t.map.lead}{' '}
            {data.placed.length < data.items.length &&
              t.map.some(
                format.integer(data.placed.length),
                format.integer(data.items.length),
              )}{' '}
            {!data.complete && t.map.most(format.integer(MOST_DEVICES))}
          </p>
          <MapLegend shown={shown} />
          <GeoMap
            label={t.map.label(format.integer(points.length))}
            points={points}
            outlines
            chosen={chosen}
            onChoose={setChosen}
          />
          <p className="map-chosen-text" role="status">
            {device !== undefined && (
              <>
                <a href={deviceHref(device.id)}>{device.id}</a>
                {device.address !== null && ` · ${device.address}`}
                {device.group !== null && (
                  <>
                    {' · '}
                    <a href={areaHref(device.group)}>{device.group}</a>
                  </>
                )}{' '}
                <RecommendationBadge value={device.recommendation} />
              </>
            )}
          </p>
          <PlacedList placed={placed} />
        </section>
      )}
    </>
  );
}

/** What the map shows, for whom a drawing says nothing; what needs attention first. */
function PlacedList({ placed }: { readonly placed: readonly Placed[] }) {
  const { t, format } = useText();
  const [count, setCount] = useState(LISTED);
  const sorted = useMemo(
    () => placed.toSorted((a, b) => urgencyOf(b.recommendation) - urgencyOf(a.recommendation)),
    [placed],
  );
  return (
    <details>
      <summary>{t.map.list}</summary>
      <div className="table-frame">
        <table className="stacking">
          <caption className="visually-hidden">{t.map.list}</caption>
          <thead>
            <tr>
              <th scope="col">{t.map.device}</th>
              <th scope="col">{t.fleet.recommendation}</th>
              <th scope="col">{t.map.area}</th>
              <th scope="col">{t.map.address}</th>
              <th scope="col">{t.map.place}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, count).map((one) => (
              <tr key={one.id}>
                <th scope="row" data-label={t.map.device}>
                  <a href={deviceHref(one.id)}>{one.id}</a>
                </th>
                <td data-label={t.fleet.recommendation}>
                  <RecommendationBadge value={one.recommendation} />
                </td>
                <td data-label={t.map.area}>{one.group ?? t.common.none}</td>
                <td data-label={t.map.address}>{one.address ?? t.common.none}</td>
                <td data-label={t.map.place}>
                  {one.lat.toFixed(5)}, {one.lon.toFixed(5)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="list-foot">
        <span>{t.common.shown(format.integer(Math.min(count, sorted.length)))}</span>
        {count < sorted.length && (
          <button type="button" onClick={() => setCount(count + LISTED)}>
            {t.common.loadMore}
          </button>
        )}
      </div>
    </details>
  );
}
