import { tmpdir } from 'node:os';
import { NO_FLEET } from '@verimeter/drift';
import type { Pool } from '@verimeter/registry';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { openKeptFiles } from '../src/lib/night/kept-files.ts';
import type { NightContext } from '../src/lib/night/night-context.ts';

/** The first night of a tenant, as what looks at other kinds of devices knows it. */
export function firstNight(pool: Pool, tenant: string): NightContext {
  return {
    pool,
    store: createTimescaleStore(pool),
    files: openKeptFiles(tmpdir(), tenant), // nothing is kept
    frame: {
      tenant,
      runId: 1,
      generation: 'g',
      prior: NO_FLEET,
      markUs: 0,
      askedUs: undefined,
      latestUs: 0,
      tenantLatestUs: 0,
      cadence: { stepUs: 900e6, phaseUs: 0 },
      looksInAll: false,
      teachingShare: 1,
      late: new Map(),
    },
    alone: async (work) => work(),
  };
}
