import type { Lot } from '@verimeter/api-schema';
import type { ReactNode } from 'react';
import { ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { get, type Page } from '../lib/api-client.ts';
import { lotName, sampleAdvice } from '../lib/lot.ts';
import { deviceHref, href } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';

/** Half width of a 95 % interval of a normal distribution, in standard errors. */
const Z95 = 1.96;

interface FactProps {
  readonly name: string;
  readonly hint?: string;
  readonly children: ReactNode;
}

function Fact({ name, hint, children }: FactProps) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Verdict({ lot }: { readonly lot: Lot }) {
  const { t, format } = useText();
  const over = lot.p_share_over_5;
  const sentence =
    over === null
      ? t.lots.says.nothing
      : over >= 0.5
        ? t.lots.says.over(format.probability(over))
        : t.lots.says.fine(format.probability(1 - over));
  const between = (low: number | null, high: number | null): string =>
    low === null || high === null ? '' : `${format.percent(low, 0)} … ${format.percent(high, 0)}`;
  return (
    <section className="card verdict">
      <h2>{t.lots.saysTitle}</h2>
      <p>{sentence}</p>
      <dl className="facts-grid">
        <Fact name={t.lots.members}>
          {t.lots.membersOf(format.integer(lot.estimated), format.integer(lot.members))}
        </Fact>
        <Fact name={t.lots.limit}>±{format.percent(lot.limit, 1)}</Fact>
        {lot.share !== null && (
          <Fact name={t.lots.share} hint={t.lots.shareHint}>
            {format.percent(lot.share, 0)}{' '}
            <span className="sub">{between(lot.share_low, lot.share_high)}</span>
          </Fact>
        )}
        {lot.mean !== null && lot.mean_se !== null && (
          <Fact name={t.lots.mean}>
            {format.signedPercent(lot.mean)} ± {format.percent(Z95 * lot.mean_se)}
          </Fact>
        )}
        {lot.spread !== null && <Fact name={t.lots.spread}>{format.percent(lot.spread)}</Fact>}
        {lot.drift_per_year !== null && lot.drift_per_year_se !== null && (
          <Fact name={t.lots.drift}>
            {format.signedPercent(lot.drift_per_year)} ±{' '}
            {format.percent(Z95 * lot.drift_per_year_se)}
          </Fact>
        )}
        {lot.effective_members !== null && (
          <Fact name={t.lots.effective} hint={t.lots.effectiveHint}>
            {format.number(lot.effective_members, 0)}
          </Fact>
        )}
        {lot.exit_date !== null && (
          <Fact name={t.lots.exit}>
            {lot.as_of !== null && lot.exit_date <= lot.as_of.slice(0, 10)
              ? t.lots.exitNow
              : format.date(lot.exit_date)}
            {lot.exit_date_earliest !== null &&
              lot.as_of !== null &&
              lot.exit_date > lot.as_of.slice(0, 10) && (
                <span className="sub">
                  {t.lots.exitEarliest(format.date(lot.exit_date_earliest))}
                </span>
              )}
          </Fact>
        )}
      </dl>
      <p className="hint">
        {lot.verified > 0 && `${t.lots.verified(format.integer(lot.verified))} · `}
        {t.device.invariant}
      </p>
    </section>
  );
}

function Sample({ lot }: { readonly lot: Lot }) {
  const { t, format } = useText();
  const { plan } = lot;
  const advice = sampleAdvice(lot);
  const n = format.integer(plan.n);
  return (
    <section className="card">
      <h2>{t.lots.sampleTitle}</h2>
      {advice === 'conforms' && <p>{t.lots.sampleDecided.conforms}</p>}
      {advice === 'fails' && <p>{t.lots.sampleDecided.fails}</p>}
      {advice === 'never' && <p>{t.lots.sampleNever(n)}</p>}
      {advice === 'sample' && (
        <p>
          {t.lots.sampleRule(n, format.integer(plan.accept))}{' '}
          {plan.accept_probability !== null &&
            t.lots.sampleChance(format.probability(plan.accept_probability))}
        </p>
      )}
      <p className="hint">
        {t.lots.samplePlain(
          format.integer(plan.without_prior.n),
          format.integer(plan.without_prior.accept),
        )}{' '}
        {plan.sample.length > 0 && t.lots.sampleOrder}
      </p>
      {plan.sample.length > 0 && (
        <ol className="sample">
          {plan.sample.map((deviceId) => (
            <li key={deviceId}>
              <a href={deviceHref(deviceId)}>{deviceId}</a>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Relative({ lot }: { readonly lot: Lot }) {
  const { t, format } = useText();
  const { relative_drift_per_year: perYear, relative_drift_per_year_se: se } = lot;
  if (perYear === null || se === null) return null;
  const { relative_drift_per_1000_m3: perVolume, relative_drift_per_1000_m3_se: volumeSe } = lot;
  return (
    <section className="card">
      <h2>{t.lots.relativeTitle}</h2>
      <p className="hint">{t.lots.relativeLead}</p>
      <dl className="facts-grid">
        <Fact name={t.lots.perYear}>
          {format.signedPercent(perYear)} ± {format.percent(Z95 * se)}
        </Fact>
        {perVolume !== null && volumeSe !== null && (
          <Fact name={t.lots.perVolume}>
            {format.signedPercent(perVolume)} ± {format.percent(Z95 * volumeSe)}
          </Fact>
        )}
        {lot.relative_minimum_detectable !== null && (
          <Fact name={t.lots.detectable}>±{format.percent(lot.relative_minimum_detectable)}</Fact>
        )}
        {lot.relative_homes !== null && (
          <Fact name={t.lots.homes}>{format.integer(lot.relative_homes)}</Fact>
        )}
        {lot.relative_exit_date !== null && (
          <Fact name={t.lots.relativeExit}>{format.date(lot.relative_exit_date)}</Fact>
        )}
      </dl>
    </section>
  );
}

/** One lot: what its members' estimates say of it, and which of them to test. */
export function LotPage({ lot }: { readonly lot: string }) {
  const { t, words, format } = useText();
  const { name, details } = lotName(lot, t.lots);
  useTitle(name);
  const found = useResource(`lot ${lot}`, (signal) => get<Page<Lot>>('/lots', { lot }, signal));
  const rows = found.data?.items;
  return (
    <>
      <p className="crumbs">
        <a href={href('/lots')}>{t.lots.back}</a>
      </p>
      <div className="page-head">
        <h1>{name}</h1>
        <p className="lead">
          {details}
          {rows?.[0]?.as_of !== null &&
            rows?.[0] !== undefined &&
            ` · ${t.lots.asOf} ${format.date(rows[0].as_of ?? '')}`}
        </p>
      </div>
      {found.error !== undefined && <ProblemNote error={found.error} retry={found.reload} />}
      {rows === undefined && found.error === undefined && <Skeleton lines={8} />}
      {rows?.length === 0 && <p className="empty">{t.lots.missing}</p>}
      {rows?.map((row) => (
        <section
          key={row.quantity}
          className="lot"
          aria-label={words.quantity[row.quantity] ?? row.quantity}
        >
          <Verdict lot={row} />
          <Relative lot={row} />
          <Sample lot={row} />
        </section>
      ))}
    </>
  );
}
