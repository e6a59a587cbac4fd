import { createEmptyDatabase } from '@verimeter/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from './migrate.ts';

describe('migrate', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  test('applies every migration once', async () => {
    const first = await migrate(database.url);
    expect(first.applied.length).toBeGreaterThan(0);
    expect((await migrate(database.url)).applied).toEqual([]);
  });
});
