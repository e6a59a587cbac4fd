import { lazy, Suspense, useEffect } from 'react';
import { Shell } from './components/shell.tsx';
import { SignIn } from './components/sign-in.tsx';
import { Empty, Skeleton } from './components/feedback.tsx';
import { useText } from './i18n/i18n.tsx';
import { LiveProvider } from './lib/live.tsx';
import { href, type Route } from './lib/routing.ts';
import { useSession } from './lib/session.tsx';
import { useRoute } from './lib/use-route.ts';
import { AreaPage } from './pages/area-page.tsx';
import { AreasPage } from './pages/areas-page.tsx';
import { DevicePage } from './pages/device-page.tsx';
import { FindingPage } from './pages/findings/finding-page.tsx';
import { FindingsPage } from './pages/findings/findings-page.tsx';
import { TrackRecordPage } from './pages/findings/track-record-page.tsx';
import { FleetPage } from './pages/fleet-page.tsx';
import { LotPage } from './pages/lot-page.tsx';
import { LotsPage } from './pages/lots-page.tsx';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { QualityPage } from './pages/quality-page.tsx';
import { SettingsPage } from './pages/settings/settings-page.tsx';
import { ReportsPage } from './pages/reports/reports-page.tsx';
import { DocumentPage } from './pages/requests/document-page.tsx';
import { RequestPage } from './pages/requests/request-page.tsx';
import { RequestsPage } from './pages/requests/requests-page.tsx';
import { SourcesPage } from './pages/sources-page.tsx';
import { VerificationsPage } from './pages/verifications/verifications-page.tsx';

// Loaded when they are asked for: whoever looks at devices needs none of them.
const PlansPage = lazy(async () => ({
  default: (await import('./pages/plans/plans-page.tsx')).PlansPage,
}));
const PlanPage = lazy(async () => ({
  default: (await import('./pages/plans/plan-page.tsx')).PlanPage,
}));

function Missing() {
  const { t } = useText();
  return (
    <Empty>
      {t.common.unknownPage} <a href={href('/fleet')}>{t.common.toFleet}</a>
    </Empty>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'fleet':
      return <FleetPage params={route.params} />;
    case 'device':
      return <DevicePage key={route.id} deviceId={route.id} params={route.params} />;
    case 'areas':
      return <AreasPage params={route.params} />;
    case 'area':
      return <AreaPage key={route.id} groupId={route.id} params={route.params} />;
    case 'lots':
      return <LotsPage />;
    case 'lot':
      return <LotPage key={route.id} lot={route.id} />;
    case 'findings':
      return <FindingsPage params={route.params} />;
    case 'finding':
      return <FindingPage key={route.id} id={route.id} />;
    case 'track-record':
      return <TrackRecordPage params={route.params} />;
    case 'plans':
      return <PlansPage params={route.params} />;
    case 'plan':
      return <PlanPage key={route.id} id={route.id} params={route.params} />;
    case 'requests':
      return <RequestsPage params={route.params} />;
    case 'request':
      return <RequestPage key={route.id} id={route.id} />;
    case 'document':
      return <DocumentPage key={route.id} id={route.id} />;
    case 'reports':
      return <ReportsPage params={route.params} />;
    case 'quality':
      return <QualityPage params={route.params} />;
    case 'sources':
      return <SourcesPage params={route.params} />;
    case 'verifications':
      return <VerificationsPage params={route.params} />;
    case 'settings':
      return <SettingsPage params={route.params} />;
    case 'missing':
      return <Missing />;
  }
}

/** What identifies a page, without its filters: changing a filter must not scroll. */
function placeOf(route: Route): string {
  return 'id' in route ? `${route.page} ${route.id}` : route.page;
}

export function App() {
  const { current } = useSession();
  const route = useRoute();
  const place = placeOf(route);
  useEffect(() => {
    // Newer browsers return a promise here, which React would take for a clean-up function.
    globalThis.scrollTo(0, 0);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a new place starts at its top
  }, [place]);
  if (current.state === 'checking')
    return (
      <main className="gate">
        <Skeleton lines={3} />
      </main>
    );
  if (current.state === 'signed-out') return <SignIn error={current.error} />;
  return (
    <LiveProvider>
      <Shell session={current.session} page={route.page} place={place}>
        <Suspense fallback={<Skeleton lines={6} />}>
          <Page route={route} />
        </Suspense>
      </Shell>
    </LiveProvider>
  );
}
