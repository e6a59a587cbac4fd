import type { ComponentType } from 'react';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import type { Messages } from '../../i18n/messages-en.ts';
import { href } from '../../lib/routing.ts';
import { RulesTab } from './rules-tab.tsx';
import { WebhooksTab } from './webhooks-tab.tsx';

type TabName = keyof Messages['settings']['tab'];
export interface TabProps {
  readonly params: URLSearchParams;
}

/** The tabs, left to right; each has its name in `settings.tab` of the texts and its address in `?tab=`. */
const TABS: readonly (readonly [TabName, ComponentType<TabProps>])[] = [
  ['rules', RulesTab],
  ['webhooks', WebhooksTab],
];

/** What holds for the whole tenant. */
export function SettingsPage({ params }: TabProps) {
  const { t } = useText();
  useTitle(t.settings.title);
  const chosen = TABS.find(([name]) => name === params.get('tab')) ?? TABS[0];
  return (
    <>
      <div className="page-head">
        <h1>{t.settings.title}</h1>
        <p className="lead">{t.settings.lead}</p>
      </div>
      <nav className="tabs" aria-label={t.settings.tabs}>
        {TABS.map(([name]) => (
          <a
            key={name}
            href={href('/settings', { tab: name })}
            aria-current={name === chosen?.[0] ? 'true' : undefined}
          >
            {t.settings.tab[name]}
          </a>
        ))}
      </nav>
      {chosen !== undefined && <Tab of={chosen[1]} params={params} />}
    </>
  );
}

function Tab({ of: Shown, params }: TabProps & { readonly of: ComponentType<TabProps> }) {
  return <Shown params={params} />;
}
