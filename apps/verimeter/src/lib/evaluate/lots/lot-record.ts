import { z } from 'zod';

const interval = z.object({ share: z.number(), low: z.number(), high: z.number() });

/** What came out for one lot. */
export const lotRecord = z.object({
  cell: z.string(),
  seed: z.number(),
  index: z.number(),
  command: z.string(),
  /** True values. */
  share: z.number(),
  mean: z.number(),
  spread: z.number(),
  estimated: z.number(),
  graded: z.object({
    ...interval.shape,
    mean: z.number(),
    meanSe: z.number(),
    spreadLow: z.number(),
    spreadHigh: z.number(),
    over5: z.number(),
    effective: z.number(),
    tests: z.number(),
  }),
  count: interval,
  normal: interval,
  sample: interval,
});
export type LotRecord = z.infer<typeof lotRecord>;

export const lotRecordKey = ({
  cell,
  seed,
  index,
}: Pick<LotRecord, 'cell' | 'seed' | 'index'>): string => `${cell} ${seed} ${index}`;
