import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import type { Logger } from '@verimeter/service-runtime';
import type { AnalyticsConfig } from '../config.ts';
import { makeWritable } from './night/kept-files.ts';
import { type NightSummary, runNight } from './night/night.ts';
import type { NightProgress } from './night-progress.ts';
import { scanRegisters, wereScanned } from './registers/scan-registers.ts';
import { type AnalysisSummary, runAnalysis } from './run-analysis.ts';

/** Electricity meters in areas from which on a night goes on from the one before: below, all of it takes a minute or two anyway. */
const NIGHT_FROM_METERS = 3000;

/** Brings a tenant to its last readings: a small one by a full analysis, a big one area by area from the night before. */
export async function analyzeTenant(options: {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly config: Pick<AnalyticsConfig, 'databaseUrl' | 'readingStore' | 'nightDirectory'>;
  readonly log: Logger;
  readonly progress: NightProgress;
  readonly signal: AbortSignal;
  /** Default: `NIGHT_FROM_METERS`. */
  readonly nightFrom?: number;
}): Promise<AnalysisSummary | NightSummary> {
  const { pool, store, tenant, config, log, progress, signal } = options;
  const { nightFrom = NIGHT_FROM_METERS } = options;
  const meters = await metersInAreas(pool, tenant);
  if (meters >= nightFrom && (await isWritable(config.nightDirectory, log))) {
    // A first look at the registers of very many meters takes longer than a night: it goes on beside it.
    if (await wereScanned(pool, tenant)) await scanRegisters({ pool, store, tenant, signal });
    const night = await runNight({
      databaseUrl: config.databaseUrl,
      readingStore: config.readingStore,
      tenant,
      directory: config.nightDirectory,
      signal,
      onAreas: progress.onAreas(tenant),
    });
    if (night !== undefined) {
      progress.done(night);
      return night;
    }
  }
  return runAnalysis({ pool, store, tenant, signal });
}

async function metersInAreas(pool: Pool, tenant: string): Promise<number> {
  const result = await pool.query<{ meters: number }>(
    `SELECT count(DISTINCT m.device_id)::int AS meters
       FROM members m JOIN groups g USING (tenant, group_id) JOIN devices d USING (tenant, device_id)
      WHERE m.tenant = $1 AND g.kind = 'electricity_area' AND d.kind = 'electricity_meter'`,
    [tenant],
  );
  return result.rows[0]?.meters ?? 0;
}

async function isWritable(directory: string, log: Logger): Promise<boolean> {
  try {
    await makeWritable(directory);
    return true;
  } catch (error) {
    log.warn(
      { err: error, directory },
      'nothing can be kept from night to night: every analysis is a full one',
    );
    return false;
  }
}
