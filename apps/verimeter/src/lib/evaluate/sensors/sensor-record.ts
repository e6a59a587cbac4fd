import { z } from 'zod';

const numberOrNull = z.number().nullable();

/** What one way of judging said of one quantity of one device over all looks. Days since the first hour. */
const channelVerdict = z.object({
  /** Began to be listed, and on which list first; a new one where it was off the list for five weeks. */
  listings: z.array(z.object({ day: z.number(), list: z.enum(['watch', 'reverify', 'inspect']) })),
  /** First look on which it was listed after the onset (it may have been listed before). */
  firstListed: numberOrNull,
  firstReverify: numberOrNull,
  firstInspect: numberOrNull,
  /** Looks on which it said neither e nor `within_limits`. */
  abstained: z.number(),
  lastIndication: z.string(),
  minimumDetectable: numberOrNull,
  snapshots: z.array(
    z.object({
      day: z.number(),
      truth: z.number(),
      estimate: numberOrNull,
      low: numberOrNull,
      high: numberOrNull,
    }),
  ),
  /** rms of indicated - actual over the last 30 days as a share of the limit, as it was and as it was corrected. */
  corrected: z
    .object({
      before: z.number(),
      after: z.number(),
      errorBefore: z.number(),
      errorAfter: z.number(),
    })
    .optional(),
});

export const networkRecord = z.object({
  cell: z.string(),
  seed: z.number(),
  network: z.number(),
  source: z.enum(['simulated', 'tune', 'report']),
  model: z.string(),
  /** What makes this record again, among others of its cell. */
  command: z.string(),
  everyWeeks: z.number(),
  looks: z.number(),
  firstLook: z.number(),
  lastLook: z.number(),
  /** ms */
  time: z.object({ simulate: z.number(), analyze: z.number() }),
  status: z.string(),
  channels: z.array(
    z.object({
      deviceId: z.string(),
      quantity: z.string(),
      /** Null: healthy. */
      onset: numberOrNull,
      /** Whether |e| was ever beyond the limit without any fault: what is found then is not false. */
      beyondLimit: numberOrNull,
      verdicts: z.record(z.string(), channelVerdict),
    }),
  ),
});

export type NetworkRecord = z.infer<typeof networkRecord>;
export type ChannelVerdict = z.infer<typeof channelVerdict>;

export const networkKey = (
  record: Pick<NetworkRecord, 'cell' | 'seed' | 'network' | 'source' | 'everyWeeks'>,
): string =>
  `${record.cell} ${record.source} ${record.seed} ${record.network} ${record.everyWeeks}`;
