import type { LedgerEntry, LedgerTotals } from '@verimeter/api-schema';
import { useState } from 'react';
import { Mark } from '../components/badge.tsx';
import { Segments } from '../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText } from '../i18n/i18n.tsx';
import type { Page } from '../lib/api-client.ts';
import { RANGE_NAMES, type RangeName } from '../lib/chart-data.ts';
import { deviceHref, href } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';
import { replaceHash } from '../lib/use-route.ts';

const COUNTS = ['received', 'stored', 'duplicate', 'conflicting', 'rejected', 'pending'] as const;
const HOURS: Readonly<Record<RangeName, number | undefined>> = {
  '24h': 24,
  '7d': 168,
  '30d': 720,
  all: undefined,
};
const HOUR_MS = 3_600_000;

function startOf(range: RangeName, now: number): string | undefined {
  const hours = HOURS[range];
  return hours === undefined ? undefined : new Date(now - hours * HOUR_MS).toISOString();
}

/** received = stored + duplicate + conflicting + rejected + pending, written out with its numbers. */
function Identity({ totals }: { readonly totals: LedgerTotals }) {
  const { t, format } = useText();
  const [, ...parts] = COUNTS;
  const difference = totals.received - parts.reduce((sum, part) => sum + totals[part], 0);
  return (
    <div className="card identity">
      <div className="identity-terms">
        {COUNTS.map((name, index) => (
          <span key={name} className="identity-term">
            {index > 0 && <span className="identity-sign">{index === 1 ? '=' : '+'}</span>}
            <span>
              <span className="identity-count">{format.integer(totals[name])}</span>
              <span className="identity-name">{t.quality.counts[name]}</span>
            </span>
          </span>
        ))}
      </div>
      <p className="indication">
        <Mark tone={difference === 0 ? 'calm' : 'alert'} />
        {difference === 0 ? t.quality.addsUp : t.quality.doesNotAddUp(format.integer(difference))}
      </p>
    </div>
  );
}

function Row({ entry }: { readonly entry: LedgerEntry }) {
  const { t, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.quality.hour}>
        {format.dateTime(entry.hour)}
      </th>
      <td data-label={t.quality.device}>
        {entry.device_id === null ? (
          <>
            {t.quality.unregistered} <code className="sub">{entry.topic}</code>
          </>
        ) : (
          <a href={deviceHref(entry.device_id)}>{entry.device_id}</a>
        )}
      </td>
      <td data-label={t.quality.source}>{entry.source}</td>
      {COUNTS.map((name) => (
        <td key={name} className="number" data-label={t.quality.counts[name]}>
          {format.integer(entry[name])}
        </td>
      ))}
    </tr>
  );
}

export function LedgerTable({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const [now] = useState(() => Date.now());
  const range = RANGE_NAMES.find((name) => name === params.get('range')) ?? '24h';
  const list = usePages<LedgerEntry, Page<LedgerEntry> & { readonly totals: LedgerTotals }>(
    '/ledger',
    { from: startOf(range, now), limit: 100 },
  );
  return (
    <>
      <div className="chart-controls">
        <Segments
          label={t.quality.period}
          value={range}
          options={RANGE_NAMES.map((name) => [name, t.quality.periods[name]])}
          onChange={(name) => replaceHash(href('/quality', { view: 'ledger', range: name }))}
        />
      </div>
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={8} />}
      {list.first !== undefined && <Identity totals={list.first.totals} />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{t.quality.ledgerEmpty}</Empty>
      )}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <thead>
              <tr>
                <th scope="col">{t.quality.hour}</th>
                <th scope="col">{t.quality.device}</th>
                <th scope="col">{t.quality.source}</th>
                {COUNTS.map((name) => (
                  <th key={name} scope="col" className="number">
                    {t.quality.counts[name]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.items.map((entry) => (
                <Row
                  key={`${entry.hour} ${entry.device_id ?? ''} ${entry.topic ?? ''} ${entry.source}`}
                  entry={entry}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasMore && <ListFoot list={list} />}
    </>
  );
}
