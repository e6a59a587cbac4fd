import { expect, test } from 'vitest';
import { coversFilter, filterList, matchesFilter, overlappingFilters } from '../src/index.ts';
import { faultText } from '../src/lib/foreign/source-faults.ts';
import { filterProblem, fixedPart } from '../src/lib/foreign/topic-filter.ts';

const two = 'homeassistant/#, annex/+/state\n';

test('a source takes the topics of several filters', () => {
  expect(filterList(two)).toEqual(['homeassistant/#', 'annex/+/state']);
  expect(filterProblem(two)).toBeUndefined();
  expect(matchesFilter(two, 'homeassistant/sensor/x/config')).toBe(true);
  expect(matchesFilter(two, 'annex/pit31/state')).toBe(true);
  expect(matchesFilter(two, 'annex/pit31/status')).toBe(false);
  expect(matchesFilter('a room/#', 'a room/x')).toBe(true);
});

test('filters of two sources overlap where one of each does', () => {
  expect(overlappingFilters(two, 'tele/#, annex/pit31/#')).toBe(true);
  expect(overlappingFilters(two, 'tele/#, annex')).toBe(false);
  expect(coversFilter(two, 'annex/7/state, homeassistant/sensor/#')).toBe(true);
  expect(coversFilter(two, 'annex/7/state, tele/#')).toBe(false);
});

test('the fixed part of a topic is that of the filter which takes it', () => {
  expect(fixedPart(two, 'annex/pit31/state')).toBe('annex');
  expect(fixedPart(two, 'homeassistant/sensor/x/config')).toBe('homeassistant');
  expect(fixedPart('site/1/meter', 'site/1/meter')).toBe('site/1');
});

const said = (filters: string): string => {
  const found = filterProblem(filters);
  return found === undefined ? '' : faultText(found);
};

test('what is wrong with filters is said of the one', () => {
  expect(said(' ,\n')).toBe('is empty');
  expect(said('a#')).toMatch(/^# stands/);
  expect(said('a/b, c/#/d')).toMatch(/^c\/#\/d: # stands/);
  expect(said('a/#, a/b')).toMatch(/^a\/# and a\/b match the same topics/);
  expect(said(`a/b,${'c/'.repeat(1024)}`)).toMatch(/2048/);
});
