import { CommandError } from '../arguments.ts';
import { recordKey } from './record-head.ts';

type Versioned = Parameters<typeof recordKey>[0] & { readonly model: string };

/**
 * The records that a page is made of: of a fleet that was made again the later one, all of one version of the model. What two versions
 * say of a case is no mean of them.
 * @throws CommandError where there are several versions
 */
export function ofOneVersion<R extends Versioned>(records: readonly R[], measured: string): R[] {
  const latest = [...new Map(records.map((record) => [recordKey(record), record])).values()];
  const versions = Map.groupBy(latest, ({ model }) => model);
  if (versions.size <= 1) return latest;
  const listed = [...versions].map(
    ([model, own]) => `${model} (${[...new Set(own.map(({ cell }) => cell))].join(', ')})`,
  );
  throw new CommandError(
    `records of several versions of the model: ${listed.join('; ')}. Make those of the older ones again with evaluate ${measured} --resume --cells …, or begin with another --out`,
  );
}
