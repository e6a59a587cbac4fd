import { deviceRuleProblem } from './device-names.ts';
import type { Dialect } from './dialect.ts';
import { convertTo } from './conversions.ts';
import type { SourceSettings } from './source.ts';
import { filterProblem, overlappingFilters } from './topic-filter.ts';
import { type SourceFault, fault, faultText } from './source-faults.ts';
import { isZone } from './zones.ts';
import { findQuantity } from '@verimeter/telemetry';

/** Something of a source that cannot work, with the field that is to be mended. */
export interface SourceProblem {
  readonly field: string;
  /** The fault in English. */
  readonly message: string;
  readonly fault: SourceFault;
}

const NATIVE = 'verimeter/v1/#';

/** What is wrong with a source by itself; empty: nothing. */
export function sourceProblems(
  dialects: readonly Dialect[],
  source: { readonly filter: string; readonly dialect: string; readonly settings: SourceSettings },
): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const note = (field: string, found: SourceFault | undefined): void => {
    if (found !== undefined) problems.push(sourceProblem(field, found));
  };
  const { filter, settings } = source;
  note('filter', filterProblem(filter));
  if (overlappingFilters(filter, NATIVE)) note('filter', fault('filter_native', NATIVE));
  const dialect = dialects.find(({ name }) => name === source.dialect);
  if (dialect === undefined) {
    const names = dialects.map(({ name }) => name).join(', ');
    note('dialect', fault('dialect_unknown', source.dialect, names));
  } else {
    for (const option of Object.keys(settings.options)) {
      const known = Object.keys(dialect.options ?? {});
      if (known.includes(option)) continue;
      note(
        `settings.options.${option}`,
        known.length === 0
          ? fault('option_none', dialect.name)
          : fault('option_unknown', dialect.name, known.join(', ')),
      );
    }
  }
  const isOneDevice = dialect?.isOneDeviceATopic === true && !/[+#,\n]/.test(filter);
  note('settings.device_id', deviceRuleProblem(settings.deviceId, isOneDevice));
  if (!isZone(settings.zone)) note('settings.zone', fault('zone_unknown', settings.zone));
  for (const [name, { quantity, unit = '' }] of Object.entries(settings.names)) {
    const entry = findQuantity(quantity);
    if (entry === undefined)
      note(`settings.names.${name}.quantity`, fault('quantity_unknown', quantity));
    else if (convertTo(entry, 1, unit) === undefined)
      note(
        `settings.names.${name}.unit`,
        unit === '' ? fault('unit_missing', quantity) : fault('unit_wrong', quantity, unit),
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
  return sourceProblem(
    'filter',
    fault('filter_overlap', rival.name, rival.filter, String(rival.rank)),
  );
}

export const sourceProblem = (field: string, found: SourceFault): SourceProblem => ({
  field,
  message: faultText(found),
  fault: found,
});
