import type { AreaAnswers, JudgedMeter, LotPrior } from '@verimeter/drift';

/** What a thread that looks after some areas is asked; it answers per area, in its own order of areas. */
export type PartRequest =
  | {
      readonly kind: 'judge';
      readonly round: number;
      readonly priors: ReadonlyMap<string, LotPrior>;
    }
  | { readonly kind: 'answer'; readonly priors: ReadonlyMap<string, LotPrior> };

export interface PartReply {
  readonly judge: JudgedMeter[][];
  readonly answer: AreaAnswers[];
}
