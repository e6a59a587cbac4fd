import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { LocalisationProvider } from './i18n/i18n.tsx';
import { requestPath } from './lib/api-client.ts';
import { sendEarly } from './lib/early-request.ts';
import { fleetListQuery } from './lib/fleet-query.ts';
import { parseRoute, signInKey } from './lib/routing.ts';
import { SessionProvider } from './lib/session.tsx';
import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/navigation.css';
import './styles/content.css';
import './styles/details.css';
import './styles/fleet.css';
import './styles/sources.css';
import './styles/webhooks.css';
import './styles/lots.css';
import './styles/overview.css';
import './styles/findings.css';
import './styles/legal.css';
import './styles/verification-form.css';
import './styles/plans.css';
import './styles/map.css';
import './styles/desk.css';

// The list does not wait for the answer to who is asking: the session goes along with both.
const start = parseRoute(globalThis.location.hash);
if (start.page === 'fleet' && signInKey(globalThis.location.hash) === undefined)
  sendEarly(requestPath('/fleet', fleetListQuery(start.params)));

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <LocalisationProvider>
    <SessionProvider>
      <App />
    </SessionProvider>
  </LocalisationProvider>,
);
