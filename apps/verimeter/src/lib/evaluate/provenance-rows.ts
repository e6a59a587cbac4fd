import type { Rows } from './metrics-rows.ts';

/** A line per case: what it takes to make its numbers again. */
export function provenanceRows(
  cases: readonly {
    readonly cell: string;
    readonly seeds: readonly number[];
    readonly fleets: number;
    readonly model: string;
    readonly command: string;
  }[],
): Rows {
  return [
    ['CELL', 'SEED', 'FLEETS', 'MODEL', 'COMMAND'],
    ...cases.map(({ cell, seeds, fleets, model, command }) => [
      cell,
      seeds.join(', '),
      String(fleets),
      model,
      `\`${command}\``,
    ]),
  ];
}
