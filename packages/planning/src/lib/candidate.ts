import type { DeviceKind, Indication, Recommendation } from '@verimeter/telemetry';

/** What the law says of a device on the day the plan is made. */
export type LegalDue =
  | { readonly state: 'dated'; readonly dueOn: string }
  | { readonly state: 'void' }
  | { readonly state: 'not_regulated' }
  | { readonly state: 'unknown' };

/** A device that may be verified: what is known of it. Ratios; what may not be claimed is left out. */
export interface Candidate {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly groupId?: string | undefined;
  readonly address?: string | undefined;
  readonly lat?: number | undefined;
  readonly lon?: number | undefined;
  readonly recommendation: Recommendation;
  readonly indication?: Indication | undefined;
  /** P(abs e > limit). */
  readonly probabilityOver?: number | undefined;
  readonly probabilityDrifted?: number | undefined;
  /** Posterior mean and standard deviation of e. */
  readonly error?: number | undefined;
  readonly standardError?: number | undefined;
  readonly limit?: number | undefined;
  /** kWh or m3 a year; not known: the median of its kind is taken. */
  readonly annualAmount?: number | undefined;
  readonly legal: LegalDue;
  /** Named only where the lot is known well enough for one member to tell of the others. */
  readonly lot?: string | undefined;
}

/** Somewhere to set out from. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Who verifies, and how much in the period; with both bounds both hold. */
export interface Team {
  readonly team: string;
  /** undefined: all that have a register to verify. */
  readonly kinds?: readonly DeviceKind[] | undefined;
  /** Ids of groups; undefined: everywhere, also where a device is in no group. */
  readonly areas?: readonly string[] | undefined;
  readonly visits?: number | undefined;
  readonly minutes?: number | undefined;
  readonly depot?: Place | undefined;
}

export const POLICIES = ['legal_first', 'balanced'] as const;
export type Policy = (typeof POLICIES)[number];

/** Money per kWh or m3; what is not set is not turned into money. */
export interface Tariffs {
  /** Three letters; default VND. */
  readonly currency?: string | undefined;
  readonly electricity?: number | undefined;
  readonly heat?: number | undefined;
  readonly water?: number | undefined;
}

export interface PlanSettings {
  /** Month of the visits, `YYYY-MM`. */
  readonly period: string;
  /** Date on which the plan is made. */
  readonly asOf: string;
  readonly policy: Policy;
  /** Share of the capacity that is given to devices drawn at random. */
  readonly randomShare: number;
  readonly seed: number;
  /** Of one verification at the device. */
  readonly workMinutes: number;
  /** Of one day of a team, from the depot to the depot. */
  readonly dayMinutes: number;
  readonly travel: TravelSettings;
  readonly points: PointSettings;
  readonly tariffs: Tariffs;
}

export interface TravelSettings {
  /** Road kilometres per kilometre of great circle. */
  readonly detour: number;
  readonly speedKmh: number;
  /** To leave, park and find the door, on top of the driving. */
  readonly stopMinutes: number;
  /** Where coordinates are missing. */
  readonly sameStreetMinutes: number;
  readonly sameGroupMinutes: number;
  readonly farMinutes: number;
}

/** One point is worth one kWh a year (docs/decisions/0195). */
export interface PointSettings {
  /** A meter beyond its limit that is found, whatever passes it. */
  readonly risk: number;
  /** A device whose validity has ended or ends in the period. */
  readonly legal: number;
  /** Complete uncertainty about a device that a result removes. */
  readonly confirmation: number;
  /** Travelling for a minute. */
  readonly minute: number;
  /** A cubic metre, where the tariffs do not say it. */
  readonly cubicMetre: number;
}

export const DEFAULT_SETTINGS: Omit<PlanSettings, 'period' | 'asOf'> = {
  policy: 'legal_first',
  randomShare: 0,
  seed: 1,
  workMinutes: 30,
  dayMinutes: 420,
  travel: {
    detour: 1.4,
    speedKmh: 25,
    stopMinutes: 2,
    sameStreetMinutes: 3,
    sameGroupMinutes: 8,
    farMinutes: 25,
  },
  points: { risk: 50, legal: 200, confirmation: 10, minute: 1, cubicMetre: 5 },
  tariffs: {},
};
