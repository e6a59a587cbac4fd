import type { Session } from '@verimeter/api-schema';
import { LogOut, Menu, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useText } from '../i18n/i18n.tsx';
import { useLiveState } from '../lib/live.tsx';
import { href, type Route } from '../lib/routing.ts';
import { useSession } from '../lib/session.tsx';
import { LanguageSwitch, Wordmark } from './brand.tsx';
import { Navigation } from './navigation.tsx';

const NAVIGATION_ID = 'sections';

function LiveIndicator() {
  const { t } = useText();
  const state = useLiveState();
  return (
    <span className={`live live-${state}`} role="status">
      <span className="live-dot" aria-hidden="true" />
      <span className="live-text">{t.live[state]}</span>
    </span>
  );
}

const focusMain = (): void => document.querySelector<HTMLElement>('main')?.focus();

interface ShellProps {
  readonly session: Session;
  readonly page: Route['page'];
  /** Changes with the page shown: an open menu closes then. */
  readonly place: string;
  readonly children: ReactNode;
}

/** Header, navigation and the page beside it. */
export function Shell({ session, page, place, children }: ShellProps) {
  const { t, words } = useText();
  const { signOut } = useSession();
  const [failed, setFailed] = useState(false);
  const [openAt, setOpenAt] = useState<string>();
  const open = openAt === place;
  const leave = (): void => {
    setFailed(false);
    signOut().catch(() => setFailed(true));
  };
  useEffect(() => {
    if (!open) return undefined;
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setOpenAt(undefined);
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [open]);
  return (
    <>
      <button type="button" className="skip" onClick={focusMain}>
        {t.product.skip}
      </button>
      <header className="topbar">
        <button
          type="button"
          className="quiet menu"
          aria-expanded={open}
          aria-controls={NAVIGATION_ID}
          aria-label={t.product.menu}
          onClick={() => setOpenAt(open ? undefined : place)}
        >
          {open ? <X size={20} aria-hidden="true" /> : <Menu size={20} aria-hidden="true" />}
        </button>
        <a href={href('/')} className="home">
          <Wordmark />
        </a>
        <div className="topbar-end">
          <LiveIndicator />
          <span className="tenant" title={words.userRole[session.role]}>
            {session.tenant}
          </span>
          <LanguageSwitch />
          <button type="button" className="quiet leave" onClick={leave}>
            <LogOut size={17} aria-hidden="true" />
            <span className="leave-text">{t.product.signOut}</span>
          </button>
        </div>
      </header>
      {failed && (
        <div className="problem banner" role="alert">
          {t.product.signOutFailed}
        </div>
      )}
      <div className="frame">
        <Navigation id={NAVIGATION_ID} page={page} open={open} />
        <main tabIndex={-1}>{children}</main>
      </div>
    </>
  );
}
