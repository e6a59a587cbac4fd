import type { GroupStatus, Indication, Recommendation } from '@verimeter/telemetry';

/** One reporting meter of the tenant on the fleet's grid, whether or not it belongs to an area. */
export interface MeterSeries {
  readonly deviceId: string;
  /** Manufacturer | model | class | built year: members share a prior. */
  readonly lot: string;
  /** MPE of the class as a ratio (0.01 for class 1). */
  readonly limit: number;
  readonly inServiceLimit: number;
  /** Counter at grid point 0..count-1, kW.h, NaN where there is no reading. */
  readonly importRegister: Float64Array;
  readonly exportRegister?: Float64Array;
  /** V at grid point k, sample or mean of the interval that ends there; up to three phases, NaN where missing. */
  readonly voltages: readonly Float64Array[];
  /** Data before this instant does not count (own last verification or swap); undefined: all of it. */
  readonly validFromUs?: number;
}

export interface AreaMember {
  /** Index into `FleetInput.meters`. */
  readonly meter: number;
  readonly role: 'supply' | 'supply_out' | 'consumer';
  readonly fromUs: number;
  readonly toUs: number;
  readonly feeder?: string;
}

export interface AreaInput {
  readonly groupId: string;
  /** Ratio of the supply, where the utility states one. */
  readonly technicalLoss?: number;
  /** The technical loss itself where it is known from elsewhere: kW.h of the step that ends at each grid point. */
  readonly knownLoss?: Float64Array;
  readonly members: readonly AreaMember[];
  /** Data after this instant is not looked at. */
  readonly asOfUs: number;
}

/** Everything a night's analysis of the electricity areas of one tenant depends on. Meters sorted by deviceId, areas by groupId. */
export interface FleetInput {
  readonly grid: { readonly startUs: number; readonly stepUs: number; readonly count: number };
  readonly meters: readonly MeterSeries[];
  readonly areas: readonly AreaInput[];
}

/** A machine-readable reason; the API renders the text in the reader's language. */
export interface EvidenceItem {
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/** Fields that may not be claimed are absent. Ratios; e = (indicated - actual) / actual. */
export interface DeviceResult {
  readonly deviceId: string;
  /** Absent: the one quantity of the device that is balanced. */
  readonly quantity?: string;
  readonly groupId?: string;
  readonly groupStatus?: GroupStatus;
  readonly asOfUs: number;
  readonly indication: Indication;
  readonly recommendation: Recommendation;
  readonly errorEstimate?: number;
  readonly standardError?: number;
  readonly intervalLow?: number;
  readonly intervalHigh?: number;
  readonly probabilityOverLimit?: number;
  readonly probabilityOverInServiceLimit?: number;
  readonly probabilityDrifted?: number;
  /** Sensors: indicated - actual at zero, in the unit of the channel. */
  readonly offsetEstimate?: number;
  readonly offsetStandardError?: number;
  readonly driftPerYear?: number;
  readonly driftPerYearSe?: number;
  /** When the error leaves or left the limit: with probability 0.5, and at the earliest (0.05). Microseconds since 1970. */
  readonly exitMedianUs?: number;
  readonly exitEarliestUs?: number;
  /** The same with 0.95; absent where so much of the probability never leaves the limits. */
  readonly exitLatestUs?: number;
  readonly minimumDetectable?: number;
  /** What the data alone says, no prior of lot or fleet in it, and what the members of the lot have wrong alike (sd): of these lots are graded. */
  readonly dataEstimate?: number;
  readonly dataStandardError?: number;
  readonly dataDriftPerYear?: number;
  readonly dataDriftPerYearSe?: number;
  readonly commonErrorSd?: number;
  /** Mean consumption, in whatever unit: compared within a lot. */
  readonly meanLoad?: number;
  readonly evidenceDays: number;
  readonly evidence: readonly EvidenceItem[];
  readonly history: readonly HistoryPoint[];
}

export interface HistoryPoint {
  readonly asOfUs: number;
  readonly errorEstimate: number;
  readonly intervalLow: number;
  readonly intervalHigh: number;
}

export interface AreaResult {
  readonly groupId: string;
  readonly asOfUs: number;
  readonly status: GroupStatus;
  readonly candidates: readonly { readonly deviceId: string; readonly correlation: number }[];
  readonly evidence: readonly EvidenceItem[];
}

export interface FleetResult {
  readonly devices: readonly DeviceResult[];
  readonly areas: readonly AreaResult[];
}
