import type { AreaAnswers, FleetPrior, JudgedArea } from '@verimeter/drift';

/** What a thread that looks after some areas is asked; it answers per area, in its own order of areas. */
export type PartRequest =
  | { readonly kind: 'judge'; readonly round: number; readonly prior: FleetPrior }
  | { readonly kind: 'answer'; readonly prior: FleetPrior };

export interface PartReply {
  /** Undefined for an area that failed its gates. */
  readonly judge: (JudgedArea | undefined)[];
  readonly answer: AreaAnswers[];
}
