import type { Indication, Recommendation } from '@verimeter/telemetry';
import type { EvidenceItem } from '../fleet-types.ts';
import type { CheckOutcome, DeviceCheck } from './check-outcome.ts';
import { checkCreep } from './creep.ts';
import { type DeviceEvent, checkReportedEvents } from './device-events.ts';
import type { DeviceSeries } from './device-series.ts';
import { checkEnergyPower } from './energy-power.ts';
import { checkFrozenValues } from './frozen-values.ts';
import { checkGroupVoltage } from './group-voltage.ts';
import { checkPhaseCurrent, checkPhaseVoltage } from './phase-loss.ts';
import { checkPhaseNeutral } from './phase-neutral.ts';
import { checkPowerProduct } from './power-product.ts';
import { checkReverseEnergy } from './reverse-energy.ts';

/** What a meter's own channels and events are a reason for. Never an error: there is none without a reference. */
export interface OwnFinding {
  /** Undefined: evidence beside what is said anyway. */
  readonly indication: Indication | undefined;
  readonly recommendation: Recommendation;
  readonly evidence: readonly EvidenceItem[];
}

export interface CheckedDevice {
  readonly outcomes: readonly CheckOutcome[];
  /** Undefined: nothing was found. */
  readonly finding: OwnFinding | undefined;
}

const CHECKS: readonly ((device: DeviceSeries) => CheckOutcome)[] = [
  checkPhaseNeutral,
  checkPowerProduct,
  checkEnergyPower,
  checkPhaseVoltage,
  checkPhaseCurrent,
  checkCreep,
  checkFrozenValues,
  checkReverseEnergy,
  checkGroupVoltage,
];

/** The stronger reason first. */
const STRENGTH: readonly Indication[] = [
  'tamper_or_fault',
  'reverse',
  'clock_fault',
  'consumption_changed',
];

const indicationOf = (check: DeviceCheck): Indication =>
  check === 'reverse_energy' ? 'reverse' : 'tamper_or_fault';

/** All checks of one meter; that of its rests belongs to what is said of meters in no group. `events`: up to as-of and since its own verification, in the order of time. */
export function checkDevice(
  device: DeviceSeries,
  events: readonly DeviceEvent[],
  asOfUs: number,
): CheckedDevice {
  const outcomes = CHECKS.map((check) => check(device));
  const reported = checkReportedEvents(events, asOfUs);
  const contradictions = outcomes.flatMap((outcome): OwnFinding[] =>
    outcome.state === 'inconsistent' ? [findingOfOutcome(outcome)] : [],
  );
  const told: OwnFinding[] =
    reported.evidence.length === 0
      ? []
      : [
          {
            indication: reported.indication,
            recommendation: reported.indication === undefined ? 'none' : 'inspect',
            evidence: reported.evidence,
          },
        ];
  return {
    outcomes: [...outcomes, reported.outcome],
    finding: strongestOf([...contradictions, ...told]),
  };
}

function findingOfOutcome(outcome: CheckOutcome & { readonly state: 'inconsistent' }): OwnFinding {
  return {
    indication: indicationOf(outcome.check),
    recommendation: 'inspect',
    evidence: [outcome.evidence],
  };
}

/** One finding that says all: the strongest reason, its evidence first. */
export function strongestOf(findings: readonly OwnFinding[]): OwnFinding | undefined {
  if (findings.length === 0) return undefined;
  const rank = ({ indication }: OwnFinding): number =>
    indication === undefined ? STRENGTH.length : STRENGTH.indexOf(indication);
  const sorted = findings.toSorted((a, b) => rank(a) - rank(b));
  const first = sorted[0] as OwnFinding;
  return { ...first, evidence: sorted.flatMap(({ evidence }) => evidence) };
}

/** What is said where nothing stronger is known of a meter than what its own channels contradict. */
const GIVES_WAY: ReadonlySet<Indication> = new Set([
  'within_limits',
  'not_resolvable',
  'insufficient_data',
  'no_reference',
  'group_inconsistent',
  'drift_possible',
  'register_fault',
]);

interface Said {
  readonly indication: Indication;
  readonly recommendation: Recommendation;
  readonly evidence: readonly {
    readonly code: string;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
}

/**
 * What is said of a device with a finding of its own. What the balance says of it (stopped, tamper_or_fault, not_in_group, clock_fault,
 * drift_likely) stands, with the evidence beside; a change of consumption is said only where nothing else is. Estimates stay.
 */
export function withOwnFinding(said: Said, finding: OwnFinding | undefined): Said {
  if (finding === undefined) return said;
  const evidence = [...said.evidence, ...finding.evidence];
  const { indication, recommendation } = finding;
  const gives =
    indication === 'consumption_changed'
      ? said.indication === 'no_reference' && said.recommendation === 'none'
      : indication !== undefined && GIVES_WAY.has(said.indication);
  return gives && indication !== undefined
    ? { indication, recommendation, evidence }
    : { ...said, evidence };
}
