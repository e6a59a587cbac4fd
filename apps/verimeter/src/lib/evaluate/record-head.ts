import { z } from 'zod';

/** What made a record, whatever was measured. */
interface Provenance {
  readonly cell: string;
  readonly seed: number;
  readonly model: string;
  readonly command: string;
}

/** Of a fleet, of meters of any kind. */
export const fleetFields = {
  cell: z.string(),
  seed: z.number(),
  fleet: z.number(),
  /** `built-in`, or the half of the real series. */
  loads: z.enum(['built-in', 'tune', 'report']),
  model: z.string(),
  /** What makes this record again, among others of its cell. */
  command: z.string(),
  days: z.number(),
  looks: z.number(),
} as const;

interface FleetOfCell extends Provenance {
  readonly fleet: number;
  readonly loads: 'built-in' | 'tune' | 'report';
}

type Loads = FleetOfCell['loads'];

/** In the order in which they are told, those that there are: never a mean over two of them. */
export const byLoads = <T extends { readonly loads: Loads }>(
  cells: readonly T[],
): (readonly [Loads, readonly T[]])[] =>
  (['report', 'tune', 'built-in'] as const).flatMap((loads) => {
    const own = cells.filter((cell) => cell.loads === loads);
    return own.length === 0 ? [] : [[loads, own] as const];
  });

/** Two runs of the same fleet have the same key. */
export const recordKey = (record: Pick<FleetOfCell, 'cell' | 'seed' | 'fleet' | 'loads'>): string =>
  `${record.cell} ${record.loads} ${record.seed} ${record.fleet}`;

/** Records of a run before that this one need not make again, by key. Another version of the estimator would have answered differently. */
export function recordsThere<R extends FleetOfCell>(
  records: readonly R[] | undefined,
  wanted: ReadonlySet<string>,
  model: string,
): Map<string, R> {
  return new Map(
    (records ?? []).flatMap((record) => {
      const key = recordKey(record);
      return wanted.has(key) && record.model === model ? [[key, record] as const] : [];
    }),
  );
}

/** What is said of all records of a cell before anything that was measured. @throws RangeError without records */
export function headOf<R extends Provenance>(
  records: readonly R[],
): {
  readonly first: R;
  readonly head: {
    readonly cell: string;
    readonly seeds: readonly number[];
    readonly model: string;
    readonly command: string;
  };
} {
  const first = records[0];
  if (first === undefined) throw new RangeError('a cell without records');
  return {
    first,
    head: {
      cell: first.cell,
      seeds: [...new Set(records.map(({ seed }) => seed))],
      model: [...new Set(records.map(({ model }) => model))].join(', '),
      // where a run was gone on with, the command that made the last record makes them all
      command: (records.at(-1) ?? first).command,
    },
  };
}
