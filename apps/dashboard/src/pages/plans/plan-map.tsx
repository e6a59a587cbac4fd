import type { PlanItem } from '@verimeter/api-schema';
import { useMemo, useState } from 'react';
import { GeoMap, type MapPoint } from '../../components/geo-map.tsx';
import { MapLegend, toneOfRecommendation } from '../../components/map-legend.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { daysOf } from '../../lib/plan-items.ts';
import { deviceHref } from '../../lib/routing.ts';

/** Ways of the days of a plan: the stops by number, joined in the order they are visited. The tables of the visits say the same. */
export function PlanMap({ items }: { readonly items: readonly PlanItem[] }) {
  const { t, format } = useText();
  const [chosen, setChosen] = useState<string>();
  const { points, ways } = useMemo(() => {
    const located: MapPoint[] = items.flatMap((item) =>
      item.lat === null || item.lon === null
        ? []
        : {
            id: item.device_id,
            lat: item.lat,
            lon: item.lon,
            tone: toneOfRecommendation(item.recommendation),
            number: String(item.stop),
          },
    );
    return {
      points: located,
      ways: daysOf(items).map((day) => day.items.map(({ device_id: id }) => id)),
    };
  }, [items]);
  const item = items.find(({ device_id: id }) => id === chosen);
  const shown = useMemo(
    () => new Set(items.map(({ recommendation }) => recommendation ?? 'none')),
    [items],
  );
  return (
    <section className="card">
      <h2>{t.plans.map}</h2>
      {points.length === 0 ? (
        <p className="hint">{t.plans.mapNone}</p>
      ) : (
        <>
          <p className="hint">
            {t.plans.mapLead}{' '}
            {points.length < items.length &&
              t.plans.mapSome(format.integer(points.length), format.integer(items.length))}
          </p>
          <MapLegend shown={shown} />
          <GeoMap
            label={t.map.label(format.integer(points.length))}
            points={points}
            ways={ways}
            chosen={chosen}
            onChoose={setChosen}
          />
          <p className="map-chosen-text" role="status">
            {item !== undefined && (
              <>
                <a href={deviceHref(item.device_id)}>{item.device_id}</a> ·{' '}
                {item.address ?? t.plans.noAddress} · {item.team},{' '}
                {t.plans.day(format.integer(item.day))}, {t.plans.stop(format.integer(item.stop))}
                {item.reasons[0] !== undefined && <> · {item.reasons[0].text}</>}
              </>
            )}
          </p>
        </>
      )}
    </section>
  );
}
