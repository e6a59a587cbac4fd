import { RECOMMENDATIONS, type Recommendation } from '@verimeter/telemetry';
import { useText } from '../i18n/i18n.tsx';
import { PlaceMark, RECOMMENDATION_TONES, type Tone } from './badge.tsx';

/** The tone a device has on a map; what has none is neutral. */
export function toneOfRecommendation(name: string | null): Tone {
  const known = RECOMMENDATIONS.find((one) => one === name);
  // As the badge has it: "no action" is not "all is well".
  return known === undefined || known === 'none' ? 'mute' : RECOMMENDATION_TONES[known];
}

export function MapLegend({ shown }: { readonly shown: ReadonlySet<string> }) {
  const { t, words } = useText();
  const present: readonly Recommendation[] = RECOMMENDATIONS.filter((one) =>
    shown.has(one),
  ).toReversed();
  return (
    <ul className="map-legend" aria-label={t.map.legend}>
      {present.map((one) => (
        <li key={one}>
          <svg viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">
            <PlaceMark tone={toneOfRecommendation(one)} />
          </svg>{' '}
          {words.recommendation[one]}
        </li>
      ))}
    </ul>
  );
}
