import {
  type AreaResult,
  concludeAllKinds,
  MODEL_VERSION,
  outsideAsOf,
  SENSOR_MODEL_VERSION,
  WATER_MODEL_VERSION,
} from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, readTenants } from '@verimeter/registry';
import type { Indication, Recommendation } from '@verimeter/telemetry';
import { asOfInstants } from './as-of.ts';
import { allDeviceFindings } from './devices/device-findings.ts';
import { DEVICE_CHECKS_VERSION } from './devices/said-with-own.ts';
import { buildElectricityInput, USUAL_CADENCE } from './electricity-input.ts';
import { estimate } from './estimate.ts';
import { type FleetRecords, readFleet } from './fleet-records.ts';
import { healthRows } from './health-rows.ts';
import { readMark } from './late-marks.ts';
import { electricityContrasts } from './lots/electricity-contrasts.ts';
import { estimateOtherKinds } from './other-kinds.ts';
import { keepCorrections } from './sensors/keep-corrections.ts';
import { scanRegisters } from './registers/scan-registers.ts';
import { type Answers, groupRows, historyRows, publish } from './publish.ts';

/** The group named by the caller does not exist in the tenant. */
export class UnknownGroupError extends Error {
  readonly code = 'unknown_group';

  constructor(tenant: string, group: string) {
    super(`tenant ${tenant} has no group ${group}`);
  }
}

/** There is no such tenant: mistyped, or nothing was imported into it yet. */
export class UnknownTenantError extends Error {
  readonly code = 'unknown_tenant';

  constructor(tenant: string) {
    super(`there is no tenant ${tenant}; verimeter import creates it`);
  }
}

export type AnalysisStep = 'loading' | 'estimating' | 'publishing';

export interface AnalysisOptions {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  /** Microseconds since 1970; default: the last reading of each group's supply. */
  readonly asOfUs?: number | undefined;
  /** Publish the members of this group only; priors and list are learned over the fleet all the same. */
  readonly group?: string | undefined;
  readonly onProgress?: ((step: AnalysisStep) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AnalysisSummary {
  readonly runId: number;
  readonly modelVersion: string;
  readonly devices: number;
  readonly groups: number;
  /** Microseconds since 1970; undefined: the tenant has no reading. */
  readonly asOfUs: number | undefined;
  readonly indications: Readonly<Partial<Record<Indication, number>>>;
  readonly recommendations: Readonly<Partial<Record<Recommendation, number>>>;
  readonly changedFindings: number;
}

function count<T extends string>(values: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const value of values.toSorted()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function onlyGroup(answers: Answers, fleet: FleetRecords, group: string): Answers {
  const members = new Set(
    fleet.members.filter((member) => member.groupId === group).map((member) => member.deviceId),
  );
  return {
    health: answers.health.filter((row) => members.has(row.deviceId)),
    history: answers.history.filter((row) => members.has(row.deviceId)),
    groups: answers.groups.filter((row) => row.groupId === group),
  };
}

/**
 * Analyses a tenant and publishes the answer: a row of health for every registered device, the state of the groups,
 * and findings. A pure function of the data up to as-of and the model version; the clock is not asked.
 *
 * @throws {UnknownTenantError | UnknownGroupError}
 */
export async function runAnalysis(options: AnalysisOptions): Promise<AnalysisSummary> {
  const { pool, store, tenant, asOfUs, group, onProgress } = options;
  onProgress?.('loading');
  const known = (await readTenants(pool)).find((each) => each.tenant === tenant);
  if (known === undefined) throw new UnknownTenantError(tenant);
  const read = await readMark(pool, store); // before anything is read
  // what is known of registers is part of what an analysis depends on: it does not wait for the next look
  await scanRegisters({ pool, store, tenant, signal: options.signal });
  const fleet = await readFleet(pool, tenant);
  if (group !== undefined && !fleet.groups.some(({ groupId }) => groupId === group))
    throw new UnknownGroupError(tenant, group);
  const channelIds = [...fleet.channels.values()].flatMap((channels) =>
    [...channels.values()].map(({ channelId }) => channelId),
  );
  const lastInstants = await store.lastInstants(channelIds, asOfUs);
  const asOf = asOfInstants(fleet, lastInstants, asOfUs);
  const input = await buildElectricityInput({ fleet, store, asOf, lastInstants });

  onProgress?.('estimating');
  const grid = input?.grid;
  const areas =
    input === undefined
      ? undefined
      : { input, answers: await estimate(input, { signal: options.signal }) };
  const { relativeDrifts, ...others } = await estimateOtherKinds({
    pool,
    store,
    tenant,
    fleet,
    asOf,
    lastInstants,
    zone: known.zone,
    signal: options.signal,
  });
  const said = concludeAllKinds({ electricity: areas, ...others });
  const devices = [...said.electricity.devices, ...said.water.devices, ...said.sensors.devices];
  const cadence =
    grid === undefined
      ? USUAL_CADENCE
      : { stepUs: grid.stepUs, phaseUs: grid.startUs % grid.stepUs };
  const own = await allDeviceFindings(
    { pool, store, tenant, cadence, signal: options.signal },
    fleet,
    asOf,
    input === undefined ? undefined : { registers: input, latestUs: outsideAsOf(input) },
  );
  const electricity =
    input === undefined
      ? []
      : await electricityContrasts(
          { pool, store, tenant, signal: options.signal },
          { latestUs: outsideAsOf(input), phaseUs: cadence.phaseUs },
        );

  onProgress?.('publishing');
  const groups = new Map<string, AreaResult>(
    [...said.electricity.areas, ...said.water.areas, ...said.sensors.networks].map((area) => [
      area.groupId,
      area,
    ]),
  );
  const everything: Answers = {
    health: healthRows(fleet, asOf, devices, own),
    history: historyRows(devices),
    groups: groupRows(fleet, asOf, groups),
  };
  const answers = group === undefined ? everything : onlyGroup(everything, fleet, group);
  const published = await publish(pool, {
    tenant,
    askedUs: asOfUs,
    modelVersion: MODEL_VERSION,
    configuration: {
      store: store.kind,
      devices: DEVICE_CHECKS_VERSION,
      water: WATER_MODEL_VERSION,
      sensors: SENSOR_MODEL_VERSION,
      ...(group === undefined ? {} : { group }),
      ...(grid === undefined ? {} : { grid }),
    },
    answers,
    replace: group === undefined ? 'all' : 'listed',
    read,
    relativeDrifts: new Map([...electricity, ...relativeDrifts]),
  });
  await keepCorrections(
    pool,
    {
      tenant,
      runId: published.runId,
      ...(group === undefined
        ? {}
        : { deviceIds: new Set(answers.health.map((row) => row.deviceId)) }),
    },
    said.sensors.corrections,
  );
  return {
    runId: published.runId,
    modelVersion: MODEL_VERSION,
    devices: new Set(answers.health.map((row) => row.deviceId)).size,
    groups: answers.groups.length,
    asOfUs: asOf.latest,
    indications: count(answers.health.map((row) => row.indication)),
    recommendations: count(answers.health.map((row) => row.recommendation)),
    changedFindings: published.changedFindings,
  };
}
