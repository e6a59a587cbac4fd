import { defineConfig } from 'vitest/config';

const INTEGRATION = '{apps,packages}/*/{src,test}/**/*.integration.test.ts';
const EXCLUDED = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    // The default leaves a processor to itself: on two of them everything would be done one after the other.
    maxWorkers: '100%',
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: `test-results/${process.env['VERIMETER_TEST_REPORT'] ?? 'vitest'}.json` },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/{src,test}/**/*.test.{ts,tsx}'],
          exclude: [...EXCLUDED, '**/*.integration.test.ts'],
          testTimeout: 20_000,
          benchmark: { include: ['packages/*/bench/**/*.bench.ts'] },
        },
      },
      {
        test: {
          name: 'integration',
          include: [INTEGRATION],
          exclude: EXCLUDED,
          globalSetup: ['packages/test-support/src/postgres-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          benchmark: { include: [] },
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['apps/*/test/**/*.chaos.ts'],
          exclude: EXCLUDED,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          benchmark: { include: [] },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['apps/*/test/**/*.e2e.ts'],
          exclude: EXCLUDED,
          globalSetup: ['packages/test-support/src/postgres-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          benchmark: { include: [] },
        },
      },
    ],
  },
});
