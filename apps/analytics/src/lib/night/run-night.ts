import {
  appendNight,
  CONTEXT_US,
  type AreaAnswers,
  decide,
  type DeviceResult,
  type Estimated,
  type FleetInput,
  type FleetPrior,
  type FrozenArea,
  type JudgedArea,
  judgeNight,
  MODEL_VERSION,
  type NightRefusal,
} from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import type { AsOf } from '../as-of.ts';
import { areasOf, readInput } from '../electricity-input.ts';
import { type FleetRecords, readFleetOf } from '../fleet-records.ts';
import { gridBetween } from '../grid.ts';
import { healthRows } from '../health-rows.ts';
import { groupRows, historyRows, publish } from '../publish.ts';
import { type AreaFiles, openAreaFiles } from './area-files.ts';

/** Areas that are read, judged and published together: what is in memory at a time. */
const AREAS_AT_A_TIME = 8;
/**
 * Answers of devices below this probability cannot be on a list of the fleet, unless the list has taken every device above it: they are
 * published area by area, the others when all areas are judged.
 */
const LISTED_FROM = 0.02;
const DEVICES_AT_A_TIME = 500;

export interface NightOptions {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  /** Where frozen areas are kept. */
  readonly directory: string;
  readonly groupIds: readonly string[];
  readonly asOfUs: number;
  readonly prior: FleetPrior;
  readonly onAreas?: (count: number) => void;
}

export interface NightPart {
  readonly judged: number;
  readonly meters: number;
  /** Areas that had been judged for this as-of before. */
  readonly already: number;
  /** Areas that cannot go on: a full analysis is due. */
  readonly refused: readonly { readonly groupId: string; readonly reason: NightRefusal | 'new' }[];
  /** Answers that wait for the fleet's lists. */
  readonly waiting: readonly Estimated[];
  readonly learned: readonly JudgedArea[];
}

/** Goes on with some areas by the readings of a night, and publishes what the fleet's lists do not decide. */
export async function runNightPart(options: NightOptions): Promise<NightPart> {
  const { groupIds, asOfUs } = options;
  const files = openAreaFiles(options.directory, options.tenant);
  const refused: { groupId: string; reason: NightRefusal | 'new' }[] = [];
  const waiting: Estimated[] = [];
  const learned: JudgedArea[] = [];
  let judged = 0;
  let meters = 0;
  let already = 0;
  for (let first = 0; first < groupIds.length; first += AREAS_AT_A_TIME) {
    const ids = groupIds.slice(first, first + AREAS_AT_A_TIME);
    // oxlint-disable-next-line no-await-in-loop -- one batch of areas in memory at a time
    const found = await Promise.all(ids.map(files.read));
    const areas = found.filter((area) => area !== undefined);
    found.forEach((area, k) => {
      if (area === undefined) refused.push({ groupId: ids[k] ?? '', reason: 'new' });
    });
    const due = areas.filter((area) => area.untilUs < asOfUs - area.stepUs / 2);
    already += areas.length - due.length;
    if (due.length > 0) {
      // oxlint-disable-next-line no-await-in-loop
      const batch = await goOn(options, files, due);
      refused.push(...batch.refused);
      waiting.push(...batch.waiting);
      learned.push(...batch.learned);
      judged += batch.judged;
      meters += batch.meters;
    }
    options.onAreas?.(ids.length);
  }
  return { judged, meters, already, refused, waiting, learned };
}

const isWaiting = ({ result }: Estimated): boolean =>
  (result.probabilityDrifted ?? 0) >= LISTED_FROM;

async function goOn(
  options: NightOptions,
  files: AreaFiles,
  due: readonly FrozenArea[],
): Promise<NightPart> {
  const { pool, store, tenant, asOfUs, prior } = options;
  const joined = due.flatMap((area) => area.joined);
  const fleet = await readFleetOf(
    pool,
    tenant,
    due.map(({ groupId }) => groupId),
    joined,
  );
  const asOf: AsOf = {
    groups: new Map(due.map(({ groupId }) => [groupId, asOfUs])),
    devices: new Map(fleet.devices.map(({ deviceId }) => [deviceId, asOfUs])),
    latest: asOfUs,
  };
  const meters = fleet.devices.filter(({ kind }) => kind === 'electricity_meter');
  const startUs = Math.min(...due.map(({ untilUs }) => untilUs)) - CONTEXT_US;
  const stepUs = Math.min(...due.map((area) => area.stepUs));
  const grid = gridBetween(startUs, asOfUs, stepUs, startUs % stepUs);
  const input = await readInput(
    { fleet, store, lastUs: asOfUs },
    { areas: areasOf(fleet, asOf), meters, grid },
  );
  const answers: AreaAnswers[] = [];
  const learned: JudgedArea[] = [];
  const next: FrozenArea[] = [];
  const refused: { groupId: string; reason: NightRefusal }[] = [];
  for (const frozen of due) {
    const own = ofArea(input, frozen);
    const [area] = own.areas;
    if (area === undefined) {
      refused.push({ groupId: frozen.groupId, reason: 'members' });
      continue;
    }
    const night = appendNight(frozen, own, area);
    if (night.kind === 'refused') {
      refused.push({ groupId: frozen.groupId, reason: night.reason });
      continue;
    }
    const result = judgeNight(night.area, own, area, prior);
    answers.push(result.answers);
    learned.push(result.learned);
    // Where no interval came to an end the area stays due.
    next.push(result.area);
  }
  const estimated = answers.flatMap((answer) => answer.estimated);
  const now = [
    ...answers.flatMap((answer) => answer.fixed.map(({ result }) => result)),
    ...decide(estimated.filter((item) => !isWaiting(item))),
  ];
  await publishSome(options, fleet, { asOf, results: now, areas: answers.map(({ area }) => area) });
  // Published before it is kept: after a crash in between, the area is judged and published again.
  await Promise.all(next.map(files.write));
  return {
    judged: answers.length,
    meters: estimated.length,
    already: 0,
    refused,
    waiting: estimated.filter(isWaiting),
    learned,
  };
}

/** The input of one area: its members, and meters that joined its balance. */
function ofArea(input: FleetInput, frozen: FrozenArea): FleetInput {
  const area = input.areas.find(({ groupId }) => groupId === frozen.groupId);
  if (area === undefined) return { ...input, areas: [] };
  const joined = new Set(frozen.joined);
  const indices = [
    ...new Set([
      ...area.members.map(({ meter }) => meter),
      ...[...input.meters.keys()].filter((k) => joined.has(input.meters[k]?.deviceId ?? '')),
    ]),
  ].toSorted((a, b) => a - b);
  const place = new Map(indices.map((index, k) => [index, k]));
  return {
    grid: input.grid,
    meters: indices.flatMap((index) => input.meters[index] ?? []),
    areas: [
      {
        ...area,
        members: area.members.map((member) => ({
          ...member,
          meter: place.get(member.meter) ?? -1,
        })),
      },
    ],
  };
}

/** Publishes answers of some devices, and the state of groups. */
async function publishSome(
  { pool, tenant, asOfUs }: Pick<NightOptions, 'pool' | 'tenant' | 'asOfUs'>,
  fleet: FleetRecords,
  said: {
    readonly asOf: AsOf;
    readonly results: readonly DeviceResult[];
    readonly areas: readonly AreaAnswers['area'][];
  },
): Promise<void> {
  const results = new Map(said.results.map((result) => [result.deviceId, result]));
  const areas = new Map(said.areas.map((area) => [area.groupId, area]));
  const some = {
    ...fleet,
    devices: fleet.devices.filter(({ deviceId }) => results.has(deviceId)),
    groups: fleet.groups.filter(({ groupId }) => areas.has(groupId)),
  };
  await publish(pool, {
    tenant,
    askedUs: asOfUs,
    modelVersion: MODEL_VERSION,
    configuration: { night: true },
    answers: {
      health: healthRows(some, said.asOf, results),
      history: historyRows({ devices: said.results, areas: said.areas }),
      groups: groupRows(some, said.asOf, areas),
    },
    replace: 'listed',
  });
}

/** The fleet's lists over the answers that waited for them. */
export async function publishWaiting(
  options: Pick<NightOptions, 'pool' | 'tenant' | 'asOfUs'>,
  waiting: readonly Estimated[],
): Promise<void> {
  const { pool, tenant, asOfUs } = options;
  const results = decide(waiting);
  for (let first = 0; first < results.length; first += DEVICES_AT_A_TIME) {
    const some = results.slice(first, first + DEVICES_AT_A_TIME);
    const groupIds = [...new Set(some.flatMap(({ groupId }) => groupId ?? []))];
    // oxlint-disable-next-line no-await-in-loop
    const fleet = await readFleetOf(pool, tenant, groupIds, []);
    const asOf: AsOf = {
      groups: new Map(groupIds.map((groupId) => [groupId, asOfUs])),
      devices: new Map(some.map(({ deviceId }) => [deviceId, asOfUs])),
      latest: asOfUs,
    };
    // oxlint-disable-next-line no-await-in-loop
    await publishSome(options, fleet, { asOf, results: some, areas: [] });
  }
}
