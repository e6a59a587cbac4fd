import type { SensorCorrection } from '@verimeter/drift';

type SensorList = 'none' | 'watch' | 'reverify' | 'inspect';

/** What a way of judging says of one quantity of one device at one look. */
export interface ChannelAnswer {
  /** Index into the series of the network. */
  readonly channel: number;
  readonly list: SensorList;
  readonly indication: string;
  readonly estimate?: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly minimumDetectable?: number | undefined;
}

export interface SensorLook {
  readonly answers: readonly ChannelAnswer[];
  readonly corrections: readonly SensorCorrection[];
  readonly status: string;
}

/** The product, and what is usual elsewhere. */
export const JUDGES = ['verimeter', 'moments', 'cusum', 'cohort'] as const;

/** A way of judging a network: one answer per channel it judges, from the hours up to the end of a day. */
export interface SensorJudge {
  readonly name: string;
  look(day: number): SensorLook;
}
