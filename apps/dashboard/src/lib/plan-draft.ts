import type { PlanRequest } from '@verimeter/api-schema';
import { DEVICE_KINDS, isIdentifier } from '@verimeter/telemetry';
import { isMonth } from './months.ts';

/** A team as it is typed: texts, whatever they are, until the plan is asked for. */
export interface TeamDraft {
  readonly team: string;
  readonly visits: string;
  readonly minutes: string;
  readonly kinds: readonly string[];
  readonly areas: string;
}

/** The form of a new plan. The address of the page holds all of it. */
export interface PlanDraft {
  readonly period: string;
  readonly policy: PlanRequest['policy'];
  readonly source: 'stored' | 'typed';
  readonly teams: readonly TeamDraft[];
  /** Percent. */
  readonly share: string;
  readonly seed: string;
}

/** What `POST /plans` is asked; fields left out are as the API has them. */
export type PlanBody = Partial<Pick<PlanRequest, 'period' | 'policy' | 'random_share' | 'seed'>> & {
  readonly teams?: readonly {
    readonly team: string;
    readonly visits: number | null;
    readonly minutes: number | null;
    readonly kinds: readonly string[] | null;
    readonly areas: readonly string[] | null;
  }[];
};

export type PlanProblem =
  | { readonly field: 'share' | 'seed' }
  | { readonly field: 'team' | 'twice' | 'bound' | 'areas'; readonly index: number };

export const EMPTY_TEAM: TeamDraft = { team: '', visits: '', minutes: '', kinds: [], areas: '' };
const DEFAULTS = { share: '0', seed: '1' } as const;
/** As the API has it. */
const MOST_SEED = 2_147_483_647;
const MOST_VISITS = 100_000;
const MOST_MINUTES = 10_000_000;

// A team in the address: visits~minutes~kinds~areas~name. The name is last since it may have any character.
const teamText = ({ team, visits, minutes, kinds, areas }: TeamDraft): string =>
  [visits, minutes, kinds.join(','), areas, team].join('~');

function readTeam(text: string): TeamDraft {
  const [visits = '', minutes = '', kinds = '', areas = '', ...name] = text.split('~');
  const known = DEVICE_KINDS.filter((kind) => kinds.split(',').includes(kind));
  return { team: name.join('~'), visits, minutes, kinds: known, areas };
}

/** The form as the address has it; odd values of a hand-edited link are as if they were not there. */
export function readPlanDraft(params: URLSearchParams, period: string): PlanDraft {
  const asked = params.get('period') ?? '';
  const teams = params.getAll('team').map(readTeam);
  return {
    period: isMonth(asked) ? asked : period,
    policy: params.get('policy') === 'balanced' ? 'balanced' : 'legal_first',
    source: params.get('capacity') === 'typed' ? 'typed' : 'stored',
    teams: teams.length === 0 ? [EMPTY_TEAM] : teams,
    share: params.get('share') ?? DEFAULTS.share,
    seed: params.get('seed') ?? DEFAULTS.seed,
  };
}

/** The fragment that `readPlanDraft` reads again. */
export function planDraftHref(draft: PlanDraft, preview: boolean): string {
  const params = new URLSearchParams({ new: '1', period: draft.period, policy: draft.policy });
  if (draft.source === 'typed') {
    params.set('capacity', 'typed');
    for (const team of draft.teams) params.append('team', teamText(team));
  }
  if (draft.share !== DEFAULTS.share) params.set('share', draft.share);
  if (draft.seed !== DEFAULTS.seed) params.set('seed', draft.seed);
  if (preview) params.set('preview', '1');
  return `#/plans?${params.toString()}`;
}

const DIGITS = /^\d{1,10}$/;
const SHARE = /^\d{1,3}(?:[.,]\d{1,4})?$/;

/** Undefined where it is no whole number up to the most; null where nothing is written. */
export function wholeNumber(text: string, most: number): number | null | undefined {
  const written = text.trim();
  if (written === '') return null;
  return DIGITS.test(written) && Number(written) <= most ? Number(written) : undefined;
}

const areasOf = (text: string): string[] => text.split(/[,;\s]+/).filter((area) => area !== '');

export interface TeamReach {
  readonly visits: number | null;
  readonly minutes: number | null;
  readonly areas: readonly string[] | null;
}

/** What a team can do and where, or what is wrong of it. */
export function readReach(
  draft: Pick<TeamDraft, 'visits' | 'minutes' | 'areas'>,
): TeamReach | { readonly wrong: readonly ('bound' | 'areas')[] } {
  const visits = wholeNumber(draft.visits, MOST_VISITS);
  const minutes = wholeNumber(draft.minutes, MOST_MINUTES);
  const areas = areasOf(draft.areas);
  const wrong: ('bound' | 'areas')[] = [];
  if (visits === undefined || minutes === undefined || (visits === null && minutes === null))
    wrong.push('bound');
  if (!areas.every(isIdentifier)) wrong.push('areas');
  if (wrong.length > 0 || visits === undefined || minutes === undefined) return { wrong };
  return { visits, minutes, areas: areas.length === 0 ? null : areas };
}

/** What to ask the API, or what is wrong with the form. */
export function planBody(
  draft: PlanDraft,
): PlanBody | { readonly problems: readonly PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const share = Number(draft.share.replace(',', '.'));
  if (!SHARE.test(draft.share.trim()) || share > 100) problems.push({ field: 'share' });
  const seed = wholeNumber(draft.seed, MOST_SEED);
  if (seed === undefined || seed === null) problems.push({ field: 'seed' });
  const teams = draft.teams.map((one, index) => {
    if (one.team.trim() !== one.team || one.team === '') problems.push({ field: 'team', index });
    if (draft.teams.findIndex(({ team }) => team === one.team) < index)
      problems.push({ field: 'twice', index });
    const reach = readReach(one);
    if ('wrong' in reach) {
      problems.push(...reach.wrong.map((field) => ({ field, index })));
      return undefined;
    }
    return { team: one.team, ...reach, kinds: one.kinds.length === 0 ? null : one.kinds };
  });
  const typed = draft.source === 'typed';
  const found = typed ? problems : problems.filter((problem) => !('index' in problem));
  if (found.length > 0) return { problems: found };
  return {
    period: draft.period,
    policy: draft.policy,
    // without the digits that binary fractions add
    random_share: Number((share / 100).toPrecision(12)),
    seed: seed ?? 1,
    ...(typed ? { teams: teams.filter((one) => one !== undefined) } : {}),
  };
}
