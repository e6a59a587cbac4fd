import { deviceRuleProblem } from './device-names.ts';
import type { Dialect } from './dialect.ts';
import { convertTo } from './conversions.ts';
import type { SourceSettings } from './source.ts';
import { filterProblem, overlappingFilters } from './topic-filter.ts';
import { isZone } from './zones.ts';
import { findQuantity } from '@verimeter/telemetry';

/** Something of a source that cannot work, with the field that is to be mended. */
export interface SourceProblem {
  readonly field: string;
  readonly message: string;
}

const NATIVE = 'verimeter/v1/#';

/** What is wrong with a source by itself; empty: nothing. */
export function sourceProblems(
  dialects: readonly Dialect[],
  source: { readonly filter: string; readonly dialect: string; readonly settings: SourceSettings },
): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const note = (field: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ field, message });
  };
  const { filter, settings } = source;
  note('filter', filterProblem(filter));
  if (overlappingFilters(filter, NATIVE))
    note('filter', `matches topics of ${NATIVE}, which are Verimeter's own and need no source`);
  const dialect = dialects.find(({ name }) => name === source.dialect);
  if (dialect === undefined) {
    const names = dialects.map(({ name }) => name).join(', ');
    note('dialect', `there is no dialect ${source.dialect}; there are ${names}`);
  } else {
    for (const option of Object.keys(settings.options)) {
      const known = Object.keys(dialect.options ?? {});
      if (known.includes(option)) continue;
      const which = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
      note(`settings.options.${option}`, `is no option of ${dialect.name}; ${which}`);
    }
  }
  note('settings.device_id', deviceRuleProblem(settings.deviceId));
  if (!isZone(settings.zone))
    note('settings.zone', `${settings.zone} is no zone such as Asia/Ho_Chi_Minh or +07:00`);
  for (const [name, { quantity, unit = '' }] of Object.entries(settings.names)) {
    const entry = findQuantity(quantity);
    if (entry === undefined)
      note(`settings.names.${name}.quantity`, `${quantity} is not in the quantity catalogue`);
    else if (convertTo(entry, 1, unit) === undefined)
      note(
        `settings.names.${name}.unit`,
        unit === '' ? `${quantity} needs a unit` : `${quantity} cannot be in ${unit}`,
      );
  }
  return problems;
}

/**
 * Why a source cannot stand beside those there are: a topic that two of them match has to go to one of them, which `rank` says.
 */
export function overlapProblem(
  source: { readonly name: string; readonly filter: string; readonly rank: number },
  others: readonly { readonly name: string; readonly filter: string; readonly rank: number }[],
): SourceProblem | undefined {
  const rival = others.find(
    ({ name, filter, rank }) =>
      name !== source.name && rank === source.rank && overlappingFilters(filter, source.filter),
  );
  if (rival === undefined) return undefined;
  return {
    field: 'filter',
    message: `matches topics that source ${rival.name} (${rival.filter}) takes as well; give the one that is to have them a lower rank than ${rival.rank}`,
  };
}
