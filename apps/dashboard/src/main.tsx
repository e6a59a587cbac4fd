import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { LocalisationProvider } from './i18n/i18n.tsx';
import { SessionProvider } from './lib/session.tsx';
import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/navigation.css';
import './styles/content.css';
import './styles/details.css';
import './styles/sources.css';
import './styles/lots.css';
import './styles/overview.css';

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <LocalisationProvider>
    <SessionProvider>
      <App />
    </SessionProvider>
  </LocalisationProvider>,
);
