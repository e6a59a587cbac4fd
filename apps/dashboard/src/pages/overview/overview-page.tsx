import type {
  Flood,
  Group,
  Health,
  LedgerTotals,
  LegalSummary,
  QuarantineGroup,
  Stakes,
  Summary,
} from '@verimeter/api-schema';
import { CLOCK_STATES, GROUP_STATUSES } from '@verimeter/telemetry';
import { clockTone } from '../../components/badge.tsx';
import { ProblemNote } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get, type Page } from '../../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../../lib/live.tsx';
import { useResource } from '../../lib/use-resource.ts';
import { FleetTiles } from '../fleet-tiles.tsx';
import { AreasCard } from './areas-card.tsx';
import { DataCard, type DataState } from './data-card.tsx';
import { FirstSteps } from './first-steps.tsx';
import { LegalCard } from './legal-card.tsx';
import { RiskCard } from './risk-card.tsx';
import { StakesCard } from './stakes-card.tsx';

const DAY_MS = 86_400_000;
const RISKS_SHOWN = 8;
const AREAS_SHOWN = 6;
const ATTENTION = GROUP_STATUSES.filter((status) => status !== 'ok').join(',');
const NO_FILTERS = new URLSearchParams();

interface Counted {
  readonly counts: Readonly<Record<string, number>>;
}

/** What the last day brought, from the account, the clocks, the floods and the quarantine. */
async function loadData(signal: AbortSignal): Promise<DataState> {
  const from = new Date(Date.now() - DAY_MS).toISOString();
  const [ledger, clocks, floods, quarantine] = await Promise.all([
    get<{ totals: LedgerTotals }>('/ledger', { from, limit: 1 }, signal),
    get<Counted>('/clock-health', { limit: 1 }, signal),
    get<Page<Flood>>('/message-floods', { state: 'active', limit: 1000 }, signal),
    get<{ items: readonly QuarantineGroup[] }>('/quarantine/groups', { status: 'open' }, signal),
  ]);
  const { received, rejected, pending } = ledger.totals;
  return {
    received,
    rejected,
    pending,
    clocks: CLOCK_STATES.filter((state) => ['alert', 'warn'].includes(clockTone(state))).reduce(
      (sum, state) => sum + (clocks.counts[state] ?? 0),
      0,
    ),
    floods: floods.items.length,
    quarantined: quarantine.items.reduce((sum, { rejected: own }) => sum + own, 0),
  };
}

/** The fleet at a glance: what to look at, what is at stake, what the law asks for, whether readings arrive. */
export function OverviewPage() {
  const { t } = useText();
  useTitle(t.overview.title);
  const summary = useResource('summary', (signal) => get<Summary>('/summary', {}, signal));
  const risky = useResource('riskiest', (signal) =>
    get<Page<Health>>('/health', { limit: RISKS_SHOWN }, signal),
  );
  const stakes = useResource('stakes', (signal) => get<Stakes>('/stakes', {}, signal));
  const legal = useResource('legal summary', (signal) =>
    get<LegalSummary>('/legal-states/summary', {}, signal),
  );
  const areas = useResource('areas to clear up', (signal) =>
    get<Page<Group>>('/groups', { status: ATTENTION, limit: AREAS_SHOWN }, signal),
  );
  const data = useResource('data', loadData);
  const reload = useThrottled(() => {
    for (const resource of [summary, risky, stakes, areas]) resource.reload();
  }, 5000);
  useLiveEvent('finding', reload);
  const isEmpty = summary.data?.devices === 0 && legal.data?.devices === 0;
  return (
    <>
      <div className="page-head">
        <h1>{t.overview.title}</h1>
        <p className="lead">{t.overview.lead}</p>
      </div>
      {summary.error !== undefined && <ProblemNote error={summary.error} retry={summary.reload} />}
      {isEmpty ? (
        <FirstSteps />
      ) : (
        <>
          <FleetTiles summary={summary.data} params={NO_FILTERS} />
          <div className="overview">
            <div>
              <RiskCard resource={risky} />
              <AreasCard resource={areas} />
            </div>
            <div>
              <StakesCard resource={stakes} />
              <LegalCard resource={legal} />
              <DataCard resource={data} />
            </div>
          </div>
        </>
      )}
    </>
  );
}
