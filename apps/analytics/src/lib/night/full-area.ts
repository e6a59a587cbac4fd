import { type AnalyzedArea, analyzeArea, CONTEXT_US, type FleetInput } from '@verimeter/drift';
import { areasOf, gridOf, readInput, registersOf } from '../electricity-input.ts';
import {
  type AreaRecords,
  readAreas,
  readingsChecksum,
  recordsOf,
  registeredFacts,
} from './area-records.ts';
import {
  type AreaReport,
  type FullReason,
  type NightContext,
  silentReport,
} from './night-context.ts';
import { seenArrivals } from './night-due.ts';
import { publishAreas } from './publish-night.ts';

/** An area with the readings of its whole window. */
export interface WholeArea {
  readonly records: AreaRecords;
  readonly input: FleetInput;
  /** Of the area in `input.areas`. */
  readonly index: number;
}

/** Undefined where the area has no reading in the window. `strangers`: meters that may be in its balance. */
export async function readWholeArea(
  context: NightContext,
  groupId: string,
  strangers: readonly string[],
): Promise<WholeArea | undefined> {
  const { store, frame } = context;
  const records = recordsOf(await readAreas(context, [groupId], strangers), groupId, strangers);
  const { fleet, asOf } = records;
  if (!asOf.groups.has(groupId)) return undefined;
  const grid = await gridOf(store, registersOf(fleet), frame.cadence, frame.latestUs);
  const areas = areasOf(fleet, asOf);
  const index = areas.findIndex((area) => area.groupId === groupId);
  if (grid === undefined || index < 0) return undefined;
  const meters = fleet.devices.filter(({ kind }) => kind === 'electricity_meter');
  const input = await readInput({ fleet, store, lastUs: frame.latestUs }, { areas, meters, grid });
  return { records, input, index };
}

/** Customers in no list are looked for once, and where that was of no use again when the area's day comes. */
const LOOKED_FOR: ReadonlySet<FullReason> = new Set(['candidate', 'not_frozen']);

/** Analyses an area in full, publishes what the fleet's lists do not decide, and keeps it for the next night. */
export async function analyzeInFull(
  context: NightContext,
  groupId: string,
  reason: FullReason,
  strangers: readonly string[],
): Promise<AreaReport> {
  const whole = await readWholeArea(context, groupId, strangers);
  if (whole === undefined) return publishSilent(context, groupId);
  const { records, input, index } = whole;
  const { answers, learned, frozen, asks } = await context.alone(() =>
    analyzeArea(input, index, context.frame.prior),
  );
  const estimates = await publishAreas(context, records, [groupId], [answers]);
  const { meters = 0, waiting = [] } = estimates.get(groupId) ?? {};
  const report = {
    waiting,
    learned: learned ?? null,
    asks: (asks || context.frame.looksInAll) && !LOOKED_FOR.has(reason),
  };
  // Published before it is kept: after a crash in between, the area is analysed and published again.
  await context.files.writeArea({
    groupId,
    strangers,
    ...report,
    ...keptFacts(context, whole, { groupId, frozen }),
  });
  return { groupId, outcome: reason, meters, ...report };
}

function keptFacts(
  { frame }: NightContext,
  { records, input }: WholeArea,
  { groupId, frozen }: { readonly groupId: string; readonly frozen: AnalyzedArea['frozen'] },
) {
  const asOfUs = records.asOf.groups.get(groupId) ?? frame.latestUs;
  const joined = frozen?.joined ?? [];
  const ids = new Set([
    ...records.fleet.members.flatMap((member) =>
      member.groupId === groupId ? member.deviceId : [],
    ),
    ...joined,
  ]);
  return {
    generation: frame.generation,
    registered: registeredFacts(records, groupId, joined, frame.latestUs),
    asOfUs,
    fullUs: asOfUs,
    markUs: frame.markUs,
    arrivals: seenArrivals({ frame }, records, groupId, joined),
    tail:
      frozen === undefined
        ? 0
        : readingsChecksum(input, ids, frozen.untilUs - CONTEXT_US, frozen.untilUs),
    area: frozen ?? null,
  };
}

/** An area without readings: its devices have the rows of devices that no estimator answers for. */
export async function publishSilent(context: NightContext, groupId: string): Promise<AreaReport> {
  const records = recordsOf(await readAreas(context, [groupId], []), groupId);
  await publishAreas(context, records, [groupId], []);
  return silentReport(groupId);
}
