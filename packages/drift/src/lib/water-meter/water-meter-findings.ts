import { formatTimestamp, type Indication, type Recommendation } from '@verimeter/telemetry';
import type { DeviceResult, EvidenceItem } from '../fleet-types.ts';
import type { ConsumptionChange } from './consumption-change.ts';
import type { LowFlowLoss } from './low-flow-hours.ts';
import type { AirSuspicion, ReverseFlow } from './reverse-flow.ts';

/** What one water meter shows by itself. */
export type WaterMeterFinding =
  | (StandingStill & { readonly kind: 'stopped'; readonly expectedVolume: number })
  | (StandingStill & { readonly kind: 'quiet' })
  | (ReverseFlow & { readonly kind: 'reverse' })
  | (AirSuspicion & { readonly kind: 'air' })
  | { readonly kind: 'register_fault'; readonly breaks: number; readonly windowDays: number }
  | {
      readonly kind: 'continuous_flow';
      readonly sinceUs: number;
      readonly days: number;
      readonly litresPerHour: number;
    }
  | (LowFlowLoss & { readonly kind: 'low_flow_loss' })
  | (ConsumptionChange & { readonly kind: 'consumption_changed'; readonly sinceUs: number });

interface StandingStill {
  readonly sinceUs: number;
  readonly days: number;
  /** Of a stopped meter rather than an empty home. */
  readonly probability: number;
}

/** What one water meter says without a balance. */
export interface WaterMeterAnswer {
  readonly deviceId: string;
  readonly findings: readonly WaterMeterFinding[];
  /** Stands in place of what a balance says of the meter; no error is stated then. */
  readonly overrides?: WaterMeterStatement;
  /** Stands in place of `no_reference` and of what else says nothing about the meter. */
  readonly withoutReference?: WaterMeterStatement;
  readonly evidence: readonly EvidenceItem[];
  /** From the first reading that counts to the last one. */
  readonly evidenceDays: number;
}

export interface WaterMeterStatement {
  readonly indication: Indication;
  readonly recommendation: Recommendation;
}

/** What the findings amount to: a fault of the meter goes before a change that may be the customer's. */
export function statementsOf(
  findings: readonly WaterMeterFinding[],
): Pick<WaterMeterAnswer, 'overrides' | 'withoutReference'> {
  const kinds = new Set(findings.map(({ kind }) => kind));
  for (const kind of ['stopped', 'reverse', 'register_fault'] as const)
    if (kinds.has(kind)) return { overrides: { indication: kind, recommendation: 'inspect' } };
  return kinds.has('consumption_changed')
    ? { withoutReference: { indication: 'consumption_changed', recommendation: 'none' } }
    : {};
}

/** The same in machine-readable words. Volumes in m3, times as RFC 3339. */
export function evidenceOf(finding: WaterMeterFinding): EvidenceItem {
  switch (finding.kind) {
    case 'stopped': {
      const { days, sinceUs, expectedVolume, probability } = finding;
      const values = { days, since: timeOf(sinceUs), expected_m3: expectedVolume, probability };
      return { code: 'water_stopped', values };
    }
    case 'quiet': {
      const { days, sinceUs, probability } = finding;
      return { code: 'water_quiet', values: { days, since: timeOf(sinceUs), probability } };
    }
    case 'reverse': {
      const { volume, share, days, windowDays } = finding;
      return { code: 'reverse_flow', values: { m3: volume, share, days, window_days: windowDays } };
    }
    case 'air': {
      const { returns, pulses, alternations } = finding;
      return { code: 'air_suspected', values: { returns, pulses, alternations } };
    }
    case 'register_fault':
      return {
        code: 'register_events',
        values: { days: finding.windowDays, count: finding.breaks },
      };
    case 'continuous_flow': {
      const { litresPerHour, sinceUs, days } = finding;
      const values = { litres_per_hour: litresPerHour, since: timeOf(sinceUs), days };
      return { code: 'continuous_flow', values };
    }
    case 'low_flow_loss': {
      const { shareBefore, shareNow, change, changeSe, months } = finding;
      return {
        code: 'low_flow_falling',
        values: { share_before: shareBefore, share_now: shareNow, change, se: changeSe, months },
      };
    }
    case 'consumption_changed': {
      const { size, logSe, sinceUs, weeksAfter } = finding;
      return {
        code: 'consumption_changed',
        values: { size, se: logSe, since: timeOf(sinceUs), weeks: weeksAfter },
      };
    }
  }
}

const timeOf = (us: number): string => formatTimestamp(us);

/** Indications that claim nothing about the meter itself. */
const SILENT: ReadonlySet<Indication> = new Set([
  'no_reference',
  'not_resolvable',
  'insufficient_data',
]);

/** A device's answer with what its own register says: faults go first and leave no error, the rest stands beside. */
export function withWaterCheck(result: DeviceResult, check: WaterMeterAnswer): DeviceResult {
  const evidence = [...result.evidence, ...check.evidence];
  const { overrides, withoutReference } = check;
  if (overrides !== undefined) {
    const { deviceId, quantity, groupId, groupStatus, asOfUs, evidenceDays } = result;
    return {
      deviceId,
      ...(quantity === undefined ? {} : { quantity }),
      ...(groupId === undefined ? {} : { groupId }),
      ...(groupStatus === undefined ? {} : { groupStatus }),
      asOfUs,
      ...overrides,
      evidenceDays: Math.max(evidenceDays, check.evidenceDays),
      evidence,
      history: [],
    };
  }
  return withStatement({ ...result, evidence }, withoutReference);
}

/** What a register shows of its customer, where nothing is claimed about the meter itself. */
export function withStatement(
  result: DeviceResult,
  withoutReference: WaterMeterStatement | undefined,
): DeviceResult {
  return withoutReference !== undefined &&
    SILENT.has(result.indication) &&
    result.recommendation === 'none'
    ? { ...result, ...withoutReference }
    : result;
}
