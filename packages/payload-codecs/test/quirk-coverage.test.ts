import { dialectFixtures, readRepositoryFile, testSources } from '@verimeter/test-support';
import { expect, test } from 'vitest';

const page = readRepositoryFile('docs/spec/dialects.md');
const [required = '', exceptions = ''] = page.split('## Not decided in the decoder');

/** `WE-01..WE-08` as single numbers. */
function numbersOf(text: string): string[] {
  return [
    ...text.matchAll(/\b([A-Z][A-Z0-9])?(X)?-(\d{2})\.\.(?:[A-Z][A-Z0-9]?)-(\d{2})\b/g),
  ].flatMap(([, family, common, first, last]) =>
    Array.from(
      { length: Number(last) - Number(first) + 1 },
      (_, k) => `${family ?? common}-${String(Number(first) + k).padStart(2, '0')}`,
    ),
  );
}

test('every number on the page has a test of its name, or a line that says why not', () => {
  const numbers = numbersOf(required);
  expect(numbers).toContain('X-01');
  expect(numbers).toContain('P1-08');
  expect(numbers.length).toBeGreaterThan(150);
  const inFixtures = new Set(dialectFixtures().flatMap(({ quirks }) => quirks));
  const sources = testSources([
    'packages/payload-codecs/test',
    'apps/ingest/test',
    'apps/verimeter/test',
    'packages/sources/test',
  ])
    .filter((source) => !source.includes('every number on the page'))
    .join('\n');
  // In the title of a test; a mention in a comment is none.
  const inTitles = new Set(
    [
      ...sources.matchAll(
        /(?:['"`(]|\b(?:test|describe)\S*\s*\(\s*['"`])([A-Z][A-Z0-9]?-\d{2}(?:[ ,]+[A-Z][A-Z0-9]?-\d{2})*) [^'"`\n]*['"`]/g,
      ),
    ].flatMap(([, ids = '']) => ids.split(/[ ,]+/)),
  );
  const excepted = new Set(
    [...exceptions.matchAll(/\|\s*([A-Z][A-Z0-9]?-\d{2})\s*\|/g)].map(([, id]) => id),
  );
  const missing = numbers.filter(
    (id) => !inFixtures.has(id) && !inTitles.has(id) && !excepted.has(id),
  );
  expect(missing).toEqual([]);
});
