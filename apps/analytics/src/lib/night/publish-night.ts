import {
  type AreaAnswers,
  decide,
  type DeviceResult,
  type Estimated,
  NO_LISTS,
  type TenantLists,
} from '@verimeter/drift';
import { deviceFindings, type OutsideConsumption } from '../devices/device-findings.ts';
import { readFleetOf } from '../fleet-records.ts';
import { healthRows } from '../health-rows.ts';
import { groupRows, historyRows, publishPart } from '../publish.ts';
import { type AreaRecords, ownersOf } from './area-records.ts';
import type { NightContext } from './night-context.ts';

/**
 * Answers of devices below this probability cannot be on a list of the fleet, unless the list has taken every device above it: they are
 * published area by area, the others when all areas are judged.
 */
const LISTED_FROM = 0.02;
const DEVICES_AT_A_TIME = 500;

const isWaiting = ({ result }: Estimated): boolean =>
  (result.probabilityDrifted ?? 0) >= LISTED_FROM;

/** Estimates that an area is asked for, and of these the ones that wait for the fleet's lists. */
export interface AreaEstimates {
  readonly meters: number;
  readonly waiting: readonly Estimated[];
}

/**
 * Publishes what some areas say of the devices that they answer for, but for what the fleet's lists decide; returns these. An area without
 * answers, which has no readings, is published as such. `historyUntil`: devices of which an earlier night published the history so far.
 */
export async function publishAreas(
  context: NightContext,
  records: AreaRecords,
  groupIds: readonly string[],
  answers: readonly AreaAnswers[],
  historyUntil: ReadonlyMap<string, number> = new Map(),
): Promise<ReadonlyMap<string, AreaEstimates>> {
  const owners = ownersOf(records.fleet);
  const wanted = new Set(groupIds);
  const estimates = new Map<string, AreaEstimates>();
  const results: DeviceResult[] = [];
  const waitingIds = new Set<string>();
  for (const { area, fixed, estimated } of answers) {
    const isOwn = (result: DeviceResult): boolean => owners.get(result.deviceId) === area.groupId;
    const own = estimated.filter(({ result }) => isOwn(result));
    const waiting = own.filter(isWaiting);
    for (const { result } of waiting) waitingIds.add(result.deviceId);
    results.push(
      ...fixed.map(({ result }) => result).filter(isOwn),
      ...own.filter((item) => !isWaiting(item)).map((item) => decide(item, NO_LISTS)),
    );
    estimates.set(area.groupId, { meters: own.length, waiting });
  }
  const { devices } = records.fleet;
  await publishSome(context, records, {
    deviceIds: devices.flatMap(({ deviceId }) =>
      wanted.has(owners.get(deviceId) ?? '') && !waitingIds.has(deviceId) ? deviceId : [],
    ),
    groupIds,
    results,
    areas: answers.map(({ area }) => area),
    historyUntil,
  });
  return estimates;
}

/** The answers that waited for the lists of the tenant. */
export async function publishWaiting(
  context: NightContext,
  waiting: readonly Estimated[],
  lists: TenantLists,
): Promise<void> {
  const { pool, frame } = context;
  for (let first = 0; first < waiting.length; first += DEVICES_AT_A_TIME) {
    context.signal?.throwIfAborted();
    const some = waiting.slice(first, first + DEVICES_AT_A_TIME).map((item) => decide(item, lists));
    const deviceIds = some.map(({ deviceId }) => deviceId);
    // oxlint-disable-next-line no-await-in-loop -- one batch of devices in memory at a time
    const fleet = await readFleetOf(pool, frame.tenant, [], deviceIds);
    const groups = new Map(
      some.flatMap(({ groupId, asOfUs }): [string, number][] =>
        groupId === undefined ? [] : [[groupId, asOfUs]],
      ),
    );
    const asOf = { groups, devices: new Map(), latest: frame.tenantLatestUs };
    const records = { fleet, asOf };
    // oxlint-disable-next-line no-await-in-loop
    await publishSome(context, records, { deviceIds, groupIds: [], results: some, areas: [] });
  }
}

/** Publishes rows of some devices and groups; a device without a result has the row of one that no estimator answers for. */
export async function publishSome(
  { pool, store, frame, alone, signal }: NightContext,
  { fleet, asOf }: AreaRecords,
  said: {
    readonly deviceIds: readonly string[];
    readonly groupIds: readonly string[];
    readonly results: readonly DeviceResult[];
    readonly areas: readonly AreaAnswers['area'][];
    /** Devices whose published history stands up to an instant. */
    readonly historyUntil?: ReadonlyMap<string, number>;
    /** Where devices outside of all areas are published. */
    readonly consumption?: OutsideConsumption | undefined;
  },
): Promise<void> {
  const devices = new Set(said.deviceIds);
  const groups = new Set(said.groupIds);
  const some = {
    ...fleet,
    devices: fleet.devices.filter(({ deviceId }) => devices.has(deviceId)),
    groups: fleet.groups.filter(({ groupId }) => groups.has(groupId)),
  };
  const { tenant, cadence } = frame;
  const own = await deviceFindings(
    { pool, store, tenant, cadence, signal },
    some,
    asOf,
    said.consumption,
  );
  const answers = {
    health: healthRows(some, asOf, said.results, own),
    history: historyRows(said.results),
    groups: groupRows(some, asOf, new Map(said.areas.map((area) => [area.groupId, area]))),
  };
  const { historyUntil } = said;
  await alone(() =>
    publishPart(pool, { tenant: frame.tenant, runId: frame.runId, answers, historyUntil }),
  );
}
