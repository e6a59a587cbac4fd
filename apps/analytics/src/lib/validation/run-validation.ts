import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Channel,
  exceptionCounts,
  type ExceptionCount,
  type Pool,
  readChannelsOf,
} from '@verimeter/registry';
import { databaseNow } from '../night/night-frame.ts';
import { scanRegisters } from '../registers/scan-registers.ts';
import { lookForValidation, VALIDATED_QUANTITIES } from './look-for-validation.ts';
import { readDatedRules } from './rule-sets.ts';
import { validateDays } from './validate-days.ts';

const DAY_US = 86_400e6;
const CHANNELS_AT_A_TIME = 200;

export interface ValidationRun {
  readonly channels: number;
  /** Rows of exceptions and estimates that are other ones now. */
  readonly changed: number;
  readonly version: number;
  readonly found: readonly ExceptionCount[];
}

/**
 * Validates readings now: those of days that a look has not come to yet as well, today's up to now. With `fromUs` or `deviceId` the days since
 * then and these channels only, again; `toUs` is up to when exceptions are counted.
 */
export async function runValidation(options: {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  readonly deviceId?: string | undefined;
  /** Default: the clock of the database. Nothing later may have been read or found. */
  readonly nowUs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<ValidationRun> {
  const { pool, store, tenant, deviceId, signal } = options;
  await scanRegisters({ pool, store, tenant, signal });
  const nowUs = options.nowUs ?? (await databaseNow(pool));
  const isPart = options.fromUs !== undefined || deviceId !== undefined;
  let changed = isPart ? 0 : await lookForValidation({ pool, store, tenant, signal });
  const todayUs = Math.floor(nowUs / DAY_US) * DAY_US;
  // the last day that is over may not be looked at yet
  const fromUs = isPart ? floorDay(options.fromUs ?? -Infinity) : todayUs - DAY_US;
  const sets = await readDatedRules(pool, tenant);
  let fromId = 0;
  let count = 0;
  for (;;) {
    if (signal?.aborted === true) break;
    // oxlint-disable-next-line no-await-in-loop -- one page of channels in memory at a time
    const page = await readChannelsOf(pool, tenant, VALIDATED_QUANTITIES, {
      fromId,
      limit: CHANNELS_AT_A_TIME,
    });
    const own: Channel[] =
      deviceId === undefined ? page : page.filter((channel) => channel.deviceId === deviceId);
    count += own.length;
    if (own.length > 0 && fromUs < nowUs)
      // oxlint-disable-next-line no-await-in-loop -- up to now whatever was asked for: what goes on behind `toUs` would end there
      changed += await validateDays({ pool, store, tenant, sets }, own, fromUs, nowUs);
    const last = page.at(-1);
    if (last === undefined || page.length < CHANNELS_AT_A_TIME) break;
    fromId = last.channelId + 1;
  }
  return {
    channels: count,
    changed,
    version: sets.at(-1)?.version ?? 0,
    found: await exceptionCounts(pool, tenant, {
      deviceId,
      fromUs: options.fromUs ?? -Infinity,
      toUs: options.toUs ?? Infinity,
    }),
  };
}

const floorDay = (us: number): number => (us === -Infinity ? us : Math.floor(us / DAY_US) * DAY_US);
