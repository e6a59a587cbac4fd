import { expect, test } from 'vitest';
import { laterMonth, monthIn, monthText } from '../src/lib/months.ts';
import { planBody, planDraftHref, readPlanDraft, type PlanDraft } from '../src/lib/plan-draft.ts';
import { expectedFinds, streetOf } from '../src/lib/plan-items.ts';
import { parseRoute } from '../src/lib/routing.ts';

const DRAFT: PlanDraft = {
  period: '2026-12',
  policy: 'balanced',
  source: 'typed',
  teams: [
    {
      team: 'Đội 1 ~ đêm',
      visits: '50',
      minutes: '',
      kinds: ['water_meter'],
      areas: 'TBA-01, DMA-02',
    },
    { team: 'Đội 2?&=', visits: '', minutes: '900', kinds: [], areas: '' },
  ],
  share: '12,5',
  seed: '7',
};

test('the address holds all of the form', () => {
  const route = parseRoute(planDraftHref(DRAFT, true));
  expect(route.page).toBe('plans');
  expect(readPlanDraft(route.params, '2030-01')).toEqual(DRAFT);
  expect(route.params.get('preview')).toBe('1');
});

test('odd values of a link are as if they were not there', () => {
  const { params } = parseRoute(
    '#/plans?new=1&period=2026-13&policy=x&capacity=y&team=1~2~rocket~',
  );
  expect(readPlanDraft(params, '2026-12')).toMatchObject({
    period: '2026-12',
    policy: 'legal_first',
    source: 'stored',
    teams: [{ team: '', visits: '1', minutes: '2', kinds: [] }],
  });
});

test('what is asked of the API: ratios, numbers, and nothing that was left empty', () => {
  expect(planBody(DRAFT)).toEqual({
    period: '2026-12',
    policy: 'balanced',
    random_share: 0.125,
    seed: 7,
    teams: [
      {
        team: 'Đội 1 ~ đêm',
        visits: 50,
        minutes: null,
        kinds: ['water_meter'],
        areas: ['TBA-01', 'DMA-02'],
      },
      { team: 'Đội 2?&=', visits: null, minutes: 900, kinds: null, areas: null },
    ],
  });
  expect(planBody({ ...DRAFT, source: 'stored' })).not.toHaveProperty('teams');
});

test('each problem is named with its field and team', () => {
  const [first, second] = DRAFT.teams;
  if (first === undefined || second === undefined) throw new Error('two teams');
  const body = planBody({
    ...DRAFT,
    share: '101',
    seed: '-1',
    teams: [
      { ...first, visits: '5x', areas: 'a b/c' },
      { ...second, team: first.team },
      { ...second, team: ' ' },
    ],
  });
  expect(body).toEqual({
    problems: [
      { field: 'share' },
      { field: 'seed' },
      { field: 'bound', index: 0 },
      { field: 'areas', index: 0 },
      { field: 'twice', index: 1 },
      { field: 'team', index: 2 },
    ],
  });
  // What is typed for teams does not matter where the stored ones count.
  expect(planBody({ ...DRAFT, source: 'stored', teams: [] })).not.toHaveProperty('problems');
});

test('months go on over years, and begin where the tenant is', () => {
  expect(laterMonth('2026-12', 1)).toBe('2027-01');
  expect(laterMonth('2026-01', -1)).toBe('2025-12');
  expect(monthIn('Asia/Ho_Chi_Minh', new Date('2026-11-30T17:30:00Z'))).toBe('2026-12');
  expect(monthText('2026-12', 'en-GB')).toBe('December 2026');
  expect(monthText('2026-12', 'vi-VN')).toBe('tháng 12 năm 2026');
});

test('the range of the finds is that of independent devices', () => {
  const items = Array.from({ length: 100 }, () => ({ probability_over_limit: 0.2 }));
  // standard deviation 4
  expect(expectedFinds(items)).toMatchObject({ low: 12, high: 28 });
  expect(expectedFinds(items)?.mean).toBeCloseTo(20, 9);
  expect(expectedFinds([{ probability_over_limit: null }])).toBeUndefined();
});

test.each([
  ['12 Lê Lợi, Hòn Gai', 'Lê Lợi, Hòn Gai'],
  ['Số nhà 12A/3 Lê Lợi', 'Lê Lợi'],
  ['Lê Lợi', 'Lê Lợi'],
  ['', undefined],
  [null, undefined],
])('the street of %j is %j', (address, street) => {
  expect(streetOf(address)).toBe(street);
});
