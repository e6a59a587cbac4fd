/** A statement by its code; the sentence is made of it where it is shown. */
export interface Reason {
  readonly code: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/** Points, one kWh a year each; `travel` is what the way costs. They add up to the score. */
export interface Terms {
  readonly stake: number;
  readonly risk: number;
  readonly legal: number;
  readonly confirmation: number;
  readonly travel: number;
  readonly score: number;
}

/** What is said of a device, whether it is visited or waits. */
export interface PlannedDevice {
  readonly deviceId: string;
  readonly terms: Terms;
  readonly reasons: readonly Reason[];
  /** kWh or m3 a year. */
  readonly unit: 'kWh' | 'm3' | undefined;
  readonly annualAmount: number | undefined;
  readonly amountAssumed: boolean;
  readonly mismeasured: number | undefined;
  readonly recoverable: number;
  /** Of what is measured wrongly; undefined without a tariff. */
  readonly money: number | undefined;
  readonly probability: number;
  readonly probabilityAssumed: boolean;
  readonly must: boolean;
}

export interface PlannedVisit extends PlannedDevice {
  readonly rank: number;
  readonly team: string;
  /** Day of the team, and stop of that day, from 1. */
  readonly day: number;
  readonly stop: number;
  /** From the stop before, or from the depot. */
  readonly travelMinutes: number;
  readonly workMinutes: number;
  /** Drawn, whatever is known of it. */
  readonly random: boolean;
  /** Comes before all that the law does not ask for. */
  readonly first: boolean;
}

export interface WaitingDevice extends PlannedDevice {
  /** 1: the next one. */
  readonly position: number;
  readonly first: boolean;
}
