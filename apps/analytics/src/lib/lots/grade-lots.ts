import { gradeLot, type LotGrade, type LotMember, lotTrendExit } from '@verimeter/drift';
import { balancedQuantity, errorLimit } from '@verimeter/metrology';
import {
  type Device,
  type LotHealthRow,
  type LotMemberRow,
  type PoolClient,
  publishLots,
  readDevices,
  readLotMembers,
  readVerifications,
  type RelativeDrift,
  type Verification,
} from '@verimeter/registry';
import type { Indication } from '@verimeter/telemetry';
import { lotOf } from '../electricity-input.ts';
import { laboratoryResult } from './laboratory-results.ts';
import { drawnDevices, randomOrder } from './random-order.ts';
import { NO_CONTRAST } from './relative-drifts.ts';

/** Answers that are about something else than the error of the meter: its estimate says nothing of its lot. */
const FAULTS: ReadonlySet<Indication> = new Set([
  'stopped',
  'reverse',
  'clock_fault',
  'register_fault',
  'tamper_or_fault',
  'not_in_group',
  'group_inconsistent',
]);
/** A growth of the supply's error or of the loss that all members show: as large as what they have wrong alike, over the window. */
const DAYS_PER_YEAR = 365.25;

type RelativeExit = Pick<
  LotHealthRow,
  'relativeExitDate' | 'relativeExitDateEarliest' | 'relativeExitLevelAssumed'
>;
type Grade = Omit<LotHealthRow, keyof RelativeDrift | keyof RelativeExit>;

interface Lot {
  readonly key: string;
  readonly quantity: string;
  readonly limit: number;
  readonly deviceIds: string[];
}

/** Meters of a tenant by lot, in the order of the keys. */
function lotsOf(devices: readonly Device[]): Lot[] {
  const lots = new Map<string, Lot>();
  for (const device of devices) {
    const quantity = balancedQuantity(device.kind);
    const limits = errorLimit(device.kind, device.accuracyClass ?? undefined, quantity);
    if (quantity === undefined || limits === undefined) continue;
    const key = lotOf(device);
    const lot = lots.get(key);
    if (lot === undefined)
      lots.set(key, { key, quantity, limit: limits.limit, deviceIds: [device.deviceId] });
    else lot.deviceIds.push(device.deviceId);
  }
  return [...lots.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Grades all lots of a tenant from what is published of their members, and publishes the grades with how they drift against each other, by
 * lot. One lot in memory at a time.
 */
export async function gradeLots(
  client: PoolClient,
  tenant: string,
  {
    runId,
    relativeDrifts,
  }: {
    readonly runId: number;
    readonly relativeDrifts: ReadonlyMap<string, RelativeDrift>;
  },
): Promise<readonly LotHealthRow[]> {
  const rows: LotHealthRow[] = [];
  for (const lot of lotsOf(await readDevices(client, tenant))) {
    // oxlint-disable-next-line no-await-in-loop -- one lot in memory at a time
    const members = await readLotMembers(client, tenant, lot);
    // oxlint-disable-next-line no-await-in-loop
    const verifications = await readVerifications(client, tenant, lot.deviceIds);
    const grade = gradeOf(lot, members, verifications);
    const relativeDrift = relativeDrifts.get(lot.key) ?? NO_CONTRAST;
    rows.push({ ...grade, ...relativeDrift, ...relativeExit(grade, relativeDrift) });
  }
  await publishLots(client, tenant, { runId, lots: rows });
  return rows;
}

function gradeOf(
  lot: Lot,
  rows: readonly LotMemberRow[],
  verifications: readonly Verification[],
): Grade {
  const asOfUs = rows.reduce<number | null>(
    (latest, row) => (row.asOfUs === null ? latest : Math.max(latest ?? row.asOfUs, row.asOfUs)),
    null,
  );
  const asOf = new Date((asOfUs ?? 0) / 1000).toISOString().slice(0, 10);
  const byDevice = Map.groupBy(verifications, ({ deviceId }) => deviceId);
  const results = new Map(
    lot.deviceIds.flatMap((deviceId) => {
      const result = laboratoryResult(byDevice.get(deviceId) ?? [], asOf);
      return result === undefined ? [] : [[deviceId, result] as const];
    }),
  );
  const order = randomOrder(lot.key, lot.deviceIds);
  const drawn = drawnDevices(order, new Set(results.keys()));
  const published = new Map(rows.map((row) => [row.deviceId, row]));
  const members = lot.deviceIds.map((deviceId): LotMember => {
    const result = results.get(deviceId);
    return {
      deviceId,
      size: published.get(deviceId)?.meanLoad ?? undefined,
      remote: remoteOf(published.get(deviceId)),
      laboratory:
        result === undefined
          ? undefined
          : { ...result, drawn: drawn.has(deviceId) ? 'random' : 'selected' },
    };
  });
  const used = rows.filter((row) => remoteOf(row) !== undefined);
  const commonSd = largest(used.map((row) => row.commonErrorSd ?? 0));
  const days = largest(used.map((row) => row.evidenceDays ?? 0));
  const grade = gradeLot(
    { lot: lot.key, asOfUs: asOfUs ?? 0, limit: lot.limit, members, commonSd },
    { order, commonPerYearSe: days === 0 ? 0 : (commonSd * DAYS_PER_YEAR) / days },
  );
  return rowOf(grade, lot.quantity, asOfUs);
}

/** From the mean error that the members' estimates tell, else from none. */
function relativeExit(
  { asOfUs, limit, mean, meanSe }: Grade,
  { relativePosteriorPerYear: perYear, relativePosteriorPerYearSe: se }: RelativeDrift,
): RelativeExit {
  const level = mean === null || meanSe === null ? undefined : { mean, se: meanSe };
  const exit =
    asOfUs === null || perYear === null || se === null
      ? undefined
      : lotTrendExit({ posteriorMean: perYear, posteriorSd: se }, { level, limit, asOfUs });
  return {
    relativeExitDate: dateOrNull(exit?.medianUs),
    relativeExitDateEarliest: dateOrNull(exit?.earliestUs),
    relativeExitLevelAssumed: exit === undefined ? null : level === undefined,
  };
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function remoteOf(row: LotMemberRow | undefined): LotMember['remote'] {
  if (row === undefined || FAULTS.has(row.indication)) return undefined;
  if (row.dataEstimate === null || row.dataStandardError === null) return undefined;
  return {
    error: row.dataEstimate,
    standardError: row.dataStandardError,
    ...(row.dataDriftPerYear === null || row.dataDriftPerYearSe === null
      ? {}
      : { perYear: row.dataDriftPerYear, perYearSe: row.dataDriftPerYearSe }),
  };
}

const orNull = (value: number | undefined): number | null => value ?? null;
const dateOrNull = (us: number | undefined): string | null =>
  us === undefined ? null : new Date(us / 1000).toISOString().slice(0, 10);

function rowOf(grade: LotGrade, quantity: string, asOfUs: number | null): Grade {
  const { share, plan } = grade;
  return {
    lot: grade.lot,
    quantity,
    asOfUs,
    limit: grade.limit,
    members: grade.members,
    estimated: grade.estimated,
    verified: grade.verified,
    mean: orNull(grade.mean),
    meanSe: orNull(grade.meanSe),
    spread: orNull(grade.spread),
    spreadLow: orNull(grade.spreadLow90),
    spreadHigh: orNull(grade.spreadHigh90),
    share: orNull(share?.mean),
    shareLow: orNull(share?.low90),
    shareHigh: orNull(share?.high90),
    shareLow95: orNull(share?.low95),
    shareHigh95: orNull(share?.high95),
    probabilityShareOver5: orNull(grade.probabilityShareOver5),
    probabilityMeanOverLimit: orNull(grade.probabilityMeanOverLimit),
    effectiveMembers: orNull(grade.effectiveMembers),
    driftPerYear: orNull(grade.driftPerYear),
    driftPerYearSe: orNull(grade.driftPerYearSe),
    exitDate: dateOrNull(grade.exitMedianUs),
    exitDateEarliest: dateOrNull(grade.exitEarliestUs),
    plan: {
      n: plan.n,
      accept: plan.accept,
      reject: plan.reject,
      accept_probability: plan.acceptProbability ?? null,
      without_prior: plan.withoutPrior,
      sample: plan.sample,
    },
  };
}
