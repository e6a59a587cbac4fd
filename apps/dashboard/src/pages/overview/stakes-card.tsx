import type { Stake, Stakes } from '@verimeter/api-schema';
import { CardOf } from '../../components/card-of.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { unitLabel } from '../../lib/format.ts';
import type { Resource } from '../../lib/use-resource.ts';

function Side({ stake, side }: { readonly stake: Stake; readonly side: 'under' | 'over' }) {
  const { t, format } = useText();
  const { devices, amount, standard_error: se } = stake[side];
  const unit = unitLabel(stake.unit);
  const number = (value: number): string => format.number(value, value < 100 ? 1 : 0);
  const count = format.integer(devices);
  return (
    <div className="stake-side">
      <dt>{t.overview[side]}</dt>
      <dd>
        <strong>
          {number(amount)}&nbsp;{unit}
        </strong>{' '}
        <span className="sub">
          ± {number(se)}&nbsp;{unit}
        </span>
        <span className="sub">
          {side === 'under' ? t.overview.underOf(count) : t.overview.overOf(count)}
        </span>
      </dd>
    </div>
  );
}

/** How much energy and water is registered wrongly in a year, with its uncertainty. */
export function StakesCard({ resource }: { readonly resource: Resource<Stakes> }) {
  const { t, format } = useText();
  return (
    <CardOf title={t.overview.stakes} lead={t.overview.stakesLead} resource={resource}>
      {({ items }) => {
        const shown = items.filter(({ under, over }) => under.devices + over.devices > 0);
        if (shown.length === 0) return <p className="empty">{t.overview.stakesNone}</p>;
        return shown.map((stake) => (
          <div key={stake.kind} className="stake">
            <h3>{t.overview.kinds[stake.kind]}</h3>
            <dl>
              <Side stake={stake} side="under" />
              <Side stake={stake} side="over" />
            </dl>
            <p className="hint">
              {t.overview.shareOf(
                format.percent((stake.under.amount + stake.over.amount) / stake.registered),
                `${format.number(stake.registered, 0)}\u00A0${unitLabel(stake.unit)}`,
              )}
            </p>
          </div>
        ));
      }}
    </CardOf>
  );
}
