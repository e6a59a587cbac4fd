import {
  changeBetween,
  type ConsumptionChange,
  type ConsumptionEnds,
  consumptionEnds,
  correctRegister,
  END_WEEKS,
  lotContrasts,
  WEEK_US,
} from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, type RelativeDrift, timestamptzOrNull } from '@verimeter/registry';
import { evenly } from '../devices/evenly.ts';
import { IMPORT, lotOf, validFrom } from '../electricity-input.ts';
import { type FleetRecords, readFleetOf } from '../fleet-records.ts';
import { WINDOW_US } from '../grid.ts';
import { LEAST_METERS, perYearContrasts } from './relative-drifts.ts';

/** Meters that tell how lots drift against each other: a lot with a tenth of them is known to 0.3 % where customers change by 10 %. */
const MOST_METERS = 20_000;
/** Standard deviation of a drift of which nothing is believed: what lots are used to do is no evidence for one of them. */
const ANY_DRIFT = 10;
const METERS_AT_A_TIME = 1000;
/** Meters whose first readings tell how far back the data reach. */
const FIRST_SAMPLE = 500;

interface ContrastContext {
  readonly pool: Pool;
  readonly store: Pick<ReadingStore, 'matrix' | 'firstInstants'>;
  readonly tenant: string;
  readonly signal?: AbortSignal | undefined;
}

interface Consumer {
  readonly deviceId: string;
  /** Area; empty: in none. These are compared among themselves. */
  readonly stratum: string;
}

/**
 * How lots of electricity meters drift against the other lots in their areas, by lot, from the registers at both ends of the window of an
 * analysis. Registers are read at the turns of the weeks only, some meters in memory at a time. Empty with less than a quarter of data.
 */
export async function electricityContrasts(
  context: ContrastContext,
  at: { readonly latestUs: number; readonly phaseUs: number },
): Promise<Map<string, RelativeDrift>> {
  const consumers = someOf(await consumersOf(context, at.latestUs));
  const ends = await endsOf(context, consumers, at);
  if (ends === undefined) return new Map();
  const changes: ConsumptionChange[] = [];
  for (let first = 0; first < consumers.length; first += METERS_AT_A_TIME) {
    context.signal?.throwIfAborted();
    const some = consumers.slice(first, first + METERS_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop -- some meters in memory at a time
    changes.push(...(await changesOf(context, some, { ...ends, latestUs: at.latestUs })));
  }
  return perYearContrasts(lotContrasts(ofLots(changes), ANY_DRIFT), ends.years);
}

/** Of lots that are large enough to be stated: thousands of lots of one are so many unknowns that nobody asks for. */
function ofLots(changes: readonly ConsumptionChange[]): ConsumptionChange[] {
  return [...Map.groupBy(changes, ({ lot }) => lot).values()].flatMap((own) =>
    own.length < LEAST_METERS ? [] : own,
  );
}

/** Whole areas, spread over all: a lot is compared with its neighbours. */
function someOf(consumers: readonly Consumer[]): readonly Consumer[] {
  if (consumers.length <= MOST_METERS) return consumers;
  const share = MOST_METERS / consumers.length;
  const byArea = Map.groupBy(consumers, ({ stratum }) => stratum);
  const outside = byArea.get('') ?? [];
  byArea.delete('');
  const areas = evenly([...byArea.values()], Math.ceil(share * byArea.size));
  return [...evenly(outside, Math.ceil(share * outside.length)), ...areas.flat()];
}

/** From when on half of the meters are read. */
async function endsOf(
  { pool, tenant, store }: ContrastContext,
  consumers: readonly Consumer[],
  { latestUs, phaseUs }: { readonly latestUs: number; readonly phaseUs: number },
): Promise<ConsumptionEnds | undefined> {
  const ids = evenly(consumers, FIRST_SAMPLE).map(({ deviceId }) => deviceId);
  const { channels } = await readFleetOf(pool, tenant, [], ids);
  const firsts = await store.firstInstants(
    [...channels.values()].flatMap((own) => own.get(IMPORT)?.channelId ?? []),
    latestUs - WINDOW_US,
  );
  const middle = [...firsts.values()].toSorted((a, b) => a - b)[Math.floor(firsts.size / 2)];
  return middle === undefined ? undefined : consumptionEnds(middle, latestUs, phaseUs);
}

async function changesOf(
  { pool, tenant, store }: ContrastContext,
  some: readonly Consumer[],
  { earlyUs, lateUs, latestUs }: ConsumptionEnds & { readonly latestUs: number },
): Promise<ConsumptionChange[]> {
  const strata = new Map(some.map(({ deviceId, stratum }) => [deviceId, stratum]));
  const fleet = await readFleetOf(pool, tenant, [], [...strata.keys()]);
  const early = await readWeeks(store, fleet, { startUs: earlyUs, latestUs });
  const late = await readWeeks(store, fleet, { startUs: lateUs, latestUs });
  return fleet.devices.flatMap((device): ConsumptionChange[] => {
    const { deviceId } = device;
    const [before, after] = [early.get(deviceId), late.get(deviceId)];
    if (before === undefined || after === undefined) return [];
    const from = validFrom(
      device,
      fleet.verifications.get(deviceId) ?? [],
      latestUs,
      fleet.registerEvents.get(deviceId),
    );
    // another meter, or another adjustment, at the earlier end
    if (from !== undefined && from > earlyUs) return [];
    const change = changeBetween(before, after);
    return change === undefined
      ? []
      : [{ lot: lotOf(device), stratum: strata.get(deviceId) ?? '', ...change }];
  });
}

/** Registers at the turns of the weeks of one end, by device, with what is known of their resets, rollovers and swaps. */
async function readWeeks(
  store: ContrastContext['store'],
  { channels, registerEvents }: FleetRecords,
  { startUs, latestUs }: { readonly startUs: number; readonly latestUs: number },
): Promise<Map<string, Float64Array>> {
  const known = [...channels].flatMap(([deviceId, own]) => {
    const channel = own.get(IMPORT);
    return channel === undefined ? [] : [{ deviceId, channelId: channel.channelId }];
  });
  const grid = { startUs, stepUs: WEEK_US, count: END_WEEKS + 1 };
  const shown = new Map(
    known.map(({ channelId }) => [channelId, new Float64Array(grid.count).fill(NaN)]),
  );
  for (let turn = 0; turn < grid.count; turn++) {
    // a week in one piece would carry all of its readings
    // oxlint-disable-next-line no-await-in-loop -- a page at a time
    const matrix = await store.matrix([...shown.keys()], {
      startUs: startUs + turn * WEEK_US,
      stepUs: WEEK_US,
      count: 1,
      asOfUs: latestUs,
    });
    for (const [row, channelId] of matrix.channelIds.entries()) {
      const own = shown.get(channelId);
      if (own !== undefined) own[turn] = matrix.values[row] ?? NaN;
    }
  }
  return new Map(
    known.flatMap(({ deviceId, channelId }) => {
      const register = shown.get(channelId);
      const events = (registerEvents.get(deviceId) ?? []).filter(
        ({ quantity }) => quantity === IMPORT,
      );
      return register === undefined
        ? []
        : [[deviceId, correctRegister(register, grid, events, latestUs)] as const];
    }),
  );
}

/** Electricity meters with an import register that are the supply of no area, with the area that they are a consumer of. */
async function consumersOf(
  { pool, tenant }: ContrastContext,
  latestUs: number,
): Promise<Consumer[]> {
  const { rows } = await pool.query<Consumer>(
    `SELECT d.device_id AS "deviceId", coalesce(min(g.group_id COLLATE "C"), '') AS stratum
       FROM devices d
       JOIN channels c ON c.tenant = d.tenant AND c.device_id = d.device_id AND c.quantity = $2
       LEFT JOIN members m ON m.tenant = d.tenant AND m.device_id = d.device_id
                          AND m.valid_from <= $3::timestamptz AND m.valid_to > $3::timestamptz
       LEFT JOIN groups g ON g.tenant = m.tenant AND g.group_id = m.group_id AND g.kind = 'electricity_area'
      WHERE d.tenant = $1 AND d.kind = 'electricity_meter'
      GROUP BY d.device_id
     HAVING count(*) FILTER (WHERE g.group_id IS NOT NULL AND m.role <> 'consumer') = 0
      ORDER BY stratum, d.device_id COLLATE "C"`,
    [tenant, IMPORT, timestamptzOrNull(latestUs)],
  );
  return rows;
}
