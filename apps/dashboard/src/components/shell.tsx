import type { Session } from '@verimeter/api-schema';
import { type ReactNode, useState } from 'react';
import { useText } from '../i18n/i18n.tsx';
import { useLiveState } from '../lib/live.tsx';
import { href, type Route } from '../lib/routing.ts';
import { useSession } from '../lib/session.tsx';
import { LanguageSwitch, Wordmark } from './brand.tsx';

type Section = 'fleet' | 'areas' | 'quality' | 'sources';

function sectionOf(page: Route['page']): Section | undefined {
  switch (page) {
    case 'fleet':
    case 'device':
      return 'fleet';
    case 'areas':
    case 'area':
      return 'areas';
    case 'quality':
      return 'quality';
    case 'sources':
      return 'sources';
    case 'missing':
      return undefined;
  }
}

const SECTIONS: readonly Section[] = ['fleet', 'areas', 'quality', 'sources'];

function LiveIndicator() {
  const { t } = useText();
  const state = useLiveState();
  return (
    <span className={`live live-${state}`} role="status">
      <span className="live-dot" aria-hidden="true" />
      {t.live[state]}
    </span>
  );
}

const focusMain = (): void => document.querySelector<HTMLElement>('main')?.focus();

interface ShellProps {
  readonly session: Session;
  readonly page: Route['page'];
  readonly children: ReactNode;
}

/** Header, navigation and the page in it. */
export function Shell({ session, page, children }: ShellProps) {
  const { t, words } = useText();
  const { signOut } = useSession();
  const [failed, setFailed] = useState(false);
  const leave = (): void => {
    setFailed(false);
    signOut().catch(() => setFailed(true));
  };
  return (
    <>
      <button type="button" className="skip" onClick={focusMain}>
        {t.product.skip}
      </button>
      <header className="topbar">
        <a href={href('/fleet')} className="home">
          <Wordmark />
        </a>
        <nav aria-label={t.product.navigation}>
          {SECTIONS.map((section) => (
            <a
              key={section}
              href={href(`/${section}`)}
              aria-current={sectionOf(page) === section ? 'page' : undefined}
            >
              {t.nav[section]}
            </a>
          ))}
        </nav>
        <div className="topbar-end">
          <LiveIndicator />
          <span className="tenant" title={words.userRole[session.role]}>
            {session.tenant}
          </span>
          <LanguageSwitch />
          <button type="button" className="quiet" onClick={leave}>
            {t.product.signOut}
          </button>
        </div>
      </header>
      {failed && (
        <div className="problem banner" role="alert">
          {t.product.signOutFailed}
        </div>
      )}
      <main tabIndex={-1}>{children}</main>
    </>
  );
}
