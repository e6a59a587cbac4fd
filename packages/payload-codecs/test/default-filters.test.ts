import { expect, test } from 'vitest';
import { DIALECTS, sourceProblems, sourceSettings } from '../src/index.ts';

const offered = DIALECTS.flatMap(({ name, filters }) => filters.map((filter) => [name, filter]));

test.each(offered)('%s can be a source on %s as it comes', (dialect = '', filter = '') => {
  const settings = sourceSettings({ tenant: 'demo', name: dialect, filter });
  expect(sourceProblems(DIALECTS, { filter, dialect, settings })).toEqual([]);
});
