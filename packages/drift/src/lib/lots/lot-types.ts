/** What the data says of the error of a member of a lot, and of nothing else: no prior of the lot or the fleet in it. Ratios. */
export interface RemoteEstimate {
  readonly error: number;
  readonly standardError: number;
  /** Members with the same name have one error in common: that of their area's supply meter. */
  readonly area?: string | undefined;
  /** sd of that common error; 0: it is in `standardError`, or none. */
  readonly areaSd?: number | undefined;
  /** Growth of the error per year with its standard error. */
  readonly perYear?: number | undefined;
  readonly perYearSe?: number | undefined;
}

/** What a laboratory found: error as found, with its standard uncertainty (expanded over coverage factor). Ratios. */
export interface LaboratoryResult {
  readonly error: number;
  readonly standardUncertainty: number;
  /**
   * `random`: the member was drawn, so that it stands for the others. `selected`: it was chosen for what was known or suspected of it, and
   * says something of itself only.
   */
  readonly drawn: 'random' | 'selected';
}

export interface LotMember {
  readonly deviceId: string;
  /** Mean consumption, in whatever unit: which members are estimated hangs on it. */
  readonly size?: number | undefined;
  readonly remote?: RemoteEstimate | undefined;
  readonly laboratory?: LaboratoryResult | undefined;
}

export interface LotInput {
  readonly lot: string;
  readonly asOfUs: number;
  /** Largest error that conforms, ratio. */
  readonly limit: number;
  /** All members, with or without an estimate; sorted by device. */
  readonly members: readonly LotMember[];
  /** sd of an error that all remote estimates of the lot have in common (gauge, drift-estimation.md 1.2), ratio. */
  readonly commonSd: number;
}

/** A probability distribution of a share, told by some of its quantiles. */
export interface ShareStatement {
  readonly mean: number;
  readonly median: number;
  readonly low90: number;
  readonly high90: number;
  readonly low95: number;
  readonly high95: number;
}

export interface SamplingPlan {
  /** Members to test in a laboratory, drawn at random; 0: what is known decides. */
  readonly n: number;
  /** The lot conforms where no more than this many of them are beyond the limit; -1: it does not conform. */
  readonly accept: number;
  /** It does not from this many on. */
  readonly reject: number;
  /** Probability that it is accepted, by what is known; absent: nothing is. */
  readonly acceptProbability?: number;
  /** The smallest plan that shows 95 % conforming with 95 % confidence and nothing known before: n and the most found beyond the limit. */
  readonly withoutPrior: { readonly n: number; readonly accept: number };
  /** Devices to dismount, the first n of the lot's random order. */
  readonly sample: readonly string[];
}

/** What may be said of a lot. Ratios; e = (indicated - actual) / actual. Absent: may not be claimed. */
export interface LotGrade {
  readonly lot: string;
  readonly asOfUs: number;
  readonly limit: number;
  readonly members: number;
  /** Members with an estimate or a laboratory result. */
  readonly estimated: number;
  readonly verified: number;
  readonly mean?: number;
  readonly meanSe?: number;
  /** sd of the errors of the members. */
  readonly spread?: number;
  readonly spreadLow90?: number;
  readonly spreadHigh90?: number;
  /** Share of the members whose error is beyond the limit. */
  readonly share?: ShareStatement;
  readonly probabilityShareOver5?: number;
  readonly probabilityMeanOverLimit?: number;
  /** Random laboratory tests that would tell the share as well. */
  readonly effectiveMembers?: number;
  readonly driftPerYear?: number;
  readonly driftPerYearSe?: number;
  /** When 5 % of the members will be beyond the limit: with probability 0.5, and at the earliest (0.05). Microseconds since 1970. */
  readonly exitMedianUs?: number;
  readonly exitEarliestUs?: number;
  readonly plan: SamplingPlan;
}
