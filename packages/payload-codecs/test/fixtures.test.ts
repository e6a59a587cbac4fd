import { dialectFixtures } from '@verimeter/test-support';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../src/index.ts';
import { decodeFixture, eventRows, readingRows } from './decode-fixture.ts';

const fixtures = dialectFixtures();
const sorted = <T>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

for (const { name } of DIALECTS) {
  const own = fixtures.filter(({ dialect }) => dialect === name);
  describe(`dialect ${name}`, () => {
    test('has fixtures, one of which goes from broker to API', () => {
      expect(own.some(({ endToEnd }) => endToEnd)).toBe(true);
    });

    for (const fixture of own) {
      test(`${fixture.name} ${fixture.quirks.join(' ')}`, () => {
        const parts = decodeFixture(fixture);
        expect(sorted(readingRows(parts))).toEqual(sorted(fixture.readings));
        expect(sorted(eventRows(parts))).toEqual(sorted(fixture.events));
        expect(
          sorted(
            parts.flatMap(({ rejects }) => rejects.map(({ reason, field }) => [reason, field])),
          ),
        ).toEqual(sorted(fixture.rejects));
        if (fixture.ignored !== undefined)
          expect(
            [...new Set(parts.flatMap(({ ignoredNames }) => ignoredNames ?? []))].toSorted(),
          ).toEqual(fixture.ignored.toSorted());
      });
    }
  });
}

test('every fixture folder is of a dialect', () => {
  const names = new Set(DIALECTS.map(({ name }) => name));
  expect(
    fixtures.filter(({ dialect }) => !names.has(dialect)).map(({ dialect }) => dialect),
  ).toEqual([]);
});
