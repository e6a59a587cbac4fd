import type { Source, SourceInput } from '@verimeter/api-schema';
import {
  DIALECTS,
  type SourceProblem,
  fault,
  overlapProblem,
  sourceProblem,
  sourceProblems,
} from '@verimeter/payload-codecs';
import {
  type Queryable,
  type SourceActivityRow,
  type SourceProblemRow,
  type SourceRow,
  isFilterTaken,
  lockSources,
  readSources,
  readTenants,
  writeSource,
} from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import { decoderSettings } from './source-settings.ts';

export type KeptSource =
  | { readonly kind: 'kept'; readonly source: SourceRow }
  /** `exists`: a new source was wanted and there is one of this name; `missing`: one was to be changed and there is none. */
  | { readonly kind: 'exists' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly problems: readonly SourceProblem[] };

/**
 * Writes a source, if it can work and takes no topics that another one takes. In a transaction of the caller: writers go one after the other.
 *
 * @param mode `add`: there must be none of this name; `change`: there must be one
 */
export async function keepSource(
  db: Queryable,
  key: { readonly tenant: string; readonly name: string; readonly changedBy: string },
  input: SourceInput,
  mode: 'add' | 'change' | 'put' = 'put',
): Promise<KeptSource> {
  const { tenant, name, changedBy } = key;
  await lockSources(db);
  const there = await readSources(db, tenant);
  const known = there.find((source) => source.name === name);
  if (mode === 'add' && known !== undefined) return { kind: 'exists' };
  if (mode === 'change' && known === undefined) return { kind: 'missing' };
  const { filter, dialect, rank, enabled } = input;
  const tenants = await readTenants(db);
  const tenant_zone = tenants.find((one) => one.tenant === tenant)?.zone ?? 'UTC';
  const settings = decoderSettings({ tenant, name, filter, tenant_zone }, input.settings);
  const problems = sourceProblems(DIALECTS, { filter, dialect, settings });
  if (enabled && problems.length === 0) {
    const overlap = overlapProblem(
      { name, filter, rank },
      there.filter((other) => other.enabled),
    );
    if (overlap !== undefined) problems.push(overlap);
    else if (await isFilterTaken(db, tenant, filter))
      problems.push(sourceProblem('filter', fault('filter_foreign')));
  }
  if (problems.length > 0) return { kind: 'refused', problems };
  await writeSource(db, { tenant, name, ...input, changed_by: changedBy });
  const source = (await readSources(db, tenant)).find((one) => one.name === name);
  return source === undefined ? { kind: 'missing' } : { kind: 'kept', source };
}

/** A source as the API and `--json` show it. */
export function toSource(
  row: SourceRow,
  activities: readonly SourceActivityRow[],
  problems: readonly SourceProblemRow[],
): Source {
  const activity = activities.find(({ source }) => source === row.name);
  return {
    name: row.name,
    filter: row.filter,
    dialect: row.dialect,
    rank: row.rank,
    enabled: row.enabled,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked when it was written; an older form is shown as it is
    settings: row.settings as Source['settings'],
    provision: row.provision,
    provision_kind: row.provision_kind,
    provision_per_day: row.provision_per_day,
    changed_by: row.changed_by,
    changed_at: formatTimestamp(row.changed_at),
    activity:
      activity === undefined
        ? null
        : {
            last_at: formatTimestamp(activity.last_at),
            messages: activity.messages,
            readings: activity.readings,
            rejected: activity.rejected,
            unknown_fields: activity.unknown_fields,
          },
    problems: problems
      .filter(({ source }) => source === row.name)
      .map(({ worker, problem, since }) => ({ worker, problem, since: formatTimestamp(since) })),
  };
}
