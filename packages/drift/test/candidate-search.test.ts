import { expect, test } from 'vitest';
import {
  analyzeArea,
  type AnalyzedArea,
  type FleetInput,
  NO_FLEET,
  openCandidateSearch,
} from '../src/index.ts';
import { healthyMeters, type MadeArea, madeFleet } from './made-fleet.ts';

const DAYS = 30;

/** An area fed beside two others; `extra`: what of the tenant's other meters has to do with it. */
function fleetOf(extra: Partial<Record<'A' | 'B' | 'C', MadeArea['meters']>>): FleetInput {
  const area = (groupId: 'A' | 'B' | 'C', meters: number): MadeArea => ({
    groupId,
    meters: [...healthyMeters(meters), ...(extra[groupId] ?? [])],
  });
  return madeFleet([area('A', 12), area('B', 9), area('C', 8)], DAYS);
}

/** Meters by index, and the areas with what they have of them. */
function only(input: FleetInput, indices: readonly number[]): FleetInput {
  const place = new Map(indices.map((index, k) => [index, k]));
  return {
    ...input,
    meters: indices.flatMap((index) => input.meters[index] ?? []),
    areas: input.areas.map((area) => ({
      ...area,
      members: area.members.flatMap((member) => {
        const meter = place.get(member.meter);
        return meter === undefined ? [] : [{ ...member, meter }];
      }),
    })),
  };
}

const membersOf = (input: FleetInput): number[] =>
  (input.areas[0]?.members.map(({ meter }) => meter) ?? []).toSorted((a, b) => a - b);

/** The first area alone, then with those that a look at all other meters, three at a time, has found. */
function inSteps(input: FleetInput): { alone: AnalyzedArea; found: string[]; whole: AnalyzedArea } {
  const members = membersOf(input);
  const own = only(input, members);
  const search = openCandidateSearch(own, 0);
  if (search === undefined) throw new Error('no balance');
  const supplies = new Set(
    input.areas.flatMap((area) =>
      area.members.flatMap(({ role, meter }) => (role === 'consumer' ? [] : [meter])),
    ),
  );
  const others = [...input.meters.keys()].filter(
    (index) => !members.includes(index) && !supplies.has(index),
  );
  for (let first = 0; first < others.length; first += 3)
    search.offer(others.slice(first, first + 3).flatMap((index) => input.meters[index] ?? []));
  const found = search.best();
  const strangers = others.filter((index) => found.includes(input.meters[index]?.deviceId ?? ''));
  const indices = [...members, ...strangers].toSorted((a, b) => a - b);
  return {
    alone: analyzeArea(own, 0, NO_FLEET),
    found,
    whole: analyzeArea(only(input, indices), 0, NO_FLEET),
  };
}

/** Answers without indices of meters, which depend on who else is there. */
const said = ({ answers }: AnalyzedArea) => ({
  area: answers.area,
  fixed: answers.fixed.map(({ result }) => result),
  estimated: answers.estimated,
});

test.each([
  ['a customer in no list', { B: [{ power: 0.6, fedBy: 'A', unlisted: true }] }],
  [
    'two of them',
    { B: [{ power: 0.5, fedBy: 'A' }], C: [{ power: 0.4, fedBy: 'A', unlisted: true }] },
  ],
  [
    'customers who came to the transformer',
    {
      B: [
        { power: 0.9, movesTo: { groupId: 'A', day: 12 } },
        { power: 0.8, movesTo: { groupId: 'A', day: 12 } },
      ],
    },
  ],
  ['a customer that no meter of the tenant counts', { A: [{ power: 0.6, silent: true }] }],
] as const)('%s: found in a few meters at a time as among all of them', (_name, extra) => {
  const input = fleetOf(extra);
  const among = analyzeArea(input, 0, NO_FLEET);
  const { alone, whole } = inSteps(input);
  expect(alone.asks).toBe(true);
  expect(said(whole)).toEqual(said(among));
  expect(among.answers.area.status).not.toBe('ok');
});

test('an area whose balance adds up asks for nobody', () => {
  const { alone } = inSteps(fleetOf({}));
  expect(alone.asks).toBe(false);
  expect(alone.answers.area.status).toBe('ok');
});

test('who is found does not depend on the order in which meters are looked at', () => {
  const input = fleetOf({ B: [{ power: 0.6, fedBy: 'A', unlisted: true }] });
  const own = only(input, membersOf(input));
  const others = input.meters.slice(13).filter(({ deviceId }) => !deviceId.endsWith('SUM'));
  const inOrder = openCandidateSearch(own, 0);
  const backwards = openCandidateSearch(own, 0);
  inOrder?.offer(others);
  for (const meter of others.toReversed()) backwards?.offer([meter]);
  expect(backwards?.best().toSorted()).toEqual(inOrder?.best().toSorted());
});
