import type { Summary } from '@verimeter/api-schema';
import type { Recommendation } from '@verimeter/telemetry';
import { Mark, RECOMMENDATION_TONES } from '../components/badge.tsx';
import { useText } from '../i18n/i18n.tsx';
import { href } from '../lib/routing.ts';

const ORDER: readonly Recommendation[] = ['reverify', 'inspect', 'watch', 'none'];

interface FleetTilesProps {
  readonly summary: Summary | undefined;
  readonly params: URLSearchParams;
}

/** How many devices need what; each tile filters the list, pressed again it shows all. */
export function FleetTiles({ summary, params }: FleetTilesProps) {
  const { t, words, format } = useText();
  const chosen = params.get('recommendation');
  const number = (value: number | undefined) => (value === undefined ? '…' : format.integer(value));
  const devices = summary?.devices ?? 0;
  return (
    <nav className="tiles" aria-label={t.fleet.tiles}>
      {ORDER.map((value) => {
        const count = summary?.recommendations[value];
        const target = { ...Object.fromEntries(params), recommendation: value };
        const share = count === undefined || devices === 0 ? undefined : count / devices;
        return (
          <a
            key={value}
            className={`tile tile-${RECOMMENDATION_TONES[value]}`}
            aria-current={chosen === value ? 'true' : undefined}
            href={href(
              '/fleet',
              chosen === value ? { ...target, recommendation: undefined } : target,
            )}
          >
            <span className="tile-name">
              <Mark tone={RECOMMENDATION_TONES[value]} />
              {words.recommendation[value]}
            </span>
            <span className="tile-count">{number(count)}</span>
            <span className="tile-sub">
              {share === undefined ? '\u00A0' : t.fleet.ofDevices(format.percent(share))}
            </span>
          </a>
        );
      })}
      <a className="tile tile-area" href={href('/areas', { attention: '1' })}>
        <span className="tile-name">{t.fleet.areasNotOk}</span>
        <span className="tile-count">{number(summary?.groups_attention)}</span>
        <span className="tile-sub">
          {summary === undefined ? '\u00A0' : t.fleet.ofAreas(format.integer(summary.groups))}
        </span>
      </a>
    </nav>
  );
}
