import {
  Activity,
  Boxes,
  Cable,
  CalendarCheck,
  ClipboardList,
  FileText,
  Gauge,
  LayoutDashboard,
  MessageSquareText,
  Target,
  type LucideIcon,
  Network,
  Settings,
  Stamp,
} from 'lucide-react';
import { useText } from '../i18n/i18n.tsx';
import { href, type Route } from '../lib/routing.ts';
import { type Section, SECTION_GROUPS, sectionOf } from '../lib/sections.ts';

const ICONS: Readonly<Record<Section, LucideIcon>> = {
  overview: LayoutDashboard,
  fleet: Gauge,
  areas: Network,
  lots: Boxes,
  findings: ClipboardList,
  'track-record': Target,
  plans: CalendarCheck,
  requests: MessageSquareText,
  reports: FileText,
  quality: Activity,
  sources: Cable,
  verifications: Stamp,
  settings: Settings,
};

interface NavigationProps {
  readonly id: string;
  readonly page: Route['page'];
  /** On narrow screens: whether it is open. */
  readonly open: boolean;
}

/** The sections of the product, at the side of wide screens and behind a button on narrow ones. */
export function Navigation({ id, page, open }: NavigationProps) {
  const { t } = useText();
  const current = sectionOf(page);
  return (
    <nav id={id} className={open ? 'side side-open' : 'side'} aria-label={t.product.navigation}>
      {SECTION_GROUPS.map((group) => (
        <ul key={group.name} aria-label={t.navGroups[group.name]}>
          <li className="side-group" aria-hidden="true">
            {t.navGroups[group.name]}
          </li>
          {group.sections.map((section) => {
            const Icon = ICONS[section];
            return (
              <li key={section}>
                <a
                  href={href(`/${section}`)}
                  aria-current={current === section ? 'page' : undefined}
                >
                  <Icon size={18} strokeWidth={1.9} aria-hidden="true" />
                  {t.nav[section]}
                </a>
              </li>
            );
          })}
        </ul>
      ))}
    </nav>
  );
}
