import type { Place, Route } from './routing.ts';

/** The navigation, top to bottom: what there is, the work it makes, and what keeps it running. */
export const SECTION_GROUPS = [
  { name: 'know', sections: ['overview', 'fleet', 'areas', 'lots'] },
  {
    name: 'work',
    sections: ['findings', 'plans', 'verifications', 'requests', 'reports', 'track-record'],
  },
  { name: 'run', sections: ['quality', 'sources', 'settings'] },
] as const satisfies readonly { readonly name: string; readonly sections: readonly Place[] }[];

export type Section = (typeof SECTION_GROUPS)[number]['sections'][number];

/** The entry of the navigation that each page stands under. */
const SECTION_OF: Readonly<Record<Route['page'], Section | undefined>> = {
  overview: 'overview',
  fleet: 'fleet',
  device: 'fleet',
  areas: 'areas',
  area: 'areas',
  lots: 'lots',
  lot: 'lots',
  findings: 'findings',
  finding: 'findings',
  plans: 'plans',
  plan: 'plans',
  verifications: 'verifications',
  requests: 'requests',
  request: 'requests',
  document: 'requests',
  reports: 'reports',
  'track-record': 'track-record',
  quality: 'quality',
  sources: 'sources',
  settings: 'settings',
  missing: undefined,
};

export function sectionOf(page: Route['page']): Section | undefined {
  return SECTION_OF[page];
}
