import type { SourceInput } from '@verimeter/api-schema';
import {
  DIALECTS,
  type DialectState,
  type SourceProblem,
  type SourceSettings,
  matchesFilter,
  sourceProblems,
} from '@verimeter/payload-codecs';
import {
  type Queryable,
  type SourceRow,
  readSourceMemory,
  readSources,
  readTenants,
} from '@verimeter/registry';
import { decoderSettings, settingsOf } from './source-settings.ts';

export interface FoundSource {
  readonly name: string;
  readonly dialect: string;
  readonly settings: SourceSettings;
  /** What its decoder knows of earlier messages. */
  readonly remembered: DialectState;
}

/**
 * The source of a tenant that takes a topic. `none`: there is none, and these are there; `unusable`: its settings cannot be read.
 */
export type SourceSearch =
  | { readonly kind: 'found'; readonly source: FoundSource }
  | { readonly kind: 'none'; readonly sources: readonly SourceRow[] }
  | { readonly kind: 'unusable'; readonly name: string; readonly why: string };

export async function findSource(
  db: Queryable,
  tenant: string,
  topic: string,
): Promise<SourceSearch> {
  const rows = await readSources(db, tenant);
  const [row] = rows
    .filter(({ enabled, filter }) => enabled && matchesFilter(filter, topic))
    .toSorted((a, b) => a.rank - b.rank);
  if (row === undefined) return { kind: 'none', sources: rows };
  const settings = settingsOf(row);
  if (typeof settings === 'string') return { kind: 'unusable', name: row.name, why: settings };
  const remembered: DialectState = new Map();
  for (const { key, value } of await readSourceMemory(db, [{ tenant, source: row.name }]))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsonb
    remembered.set(key, value as never);
  return {
    kind: 'found',
    source: { name: row.name, dialect: row.dialect, settings, remembered },
  };
}

/** A source that is only tried: it may take any topic, but has to be able to work. */
export async function unkeptSource(
  db: Queryable,
  tenant: string,
  { filter, dialect, settings: stored }: Pick<SourceInput, 'filter' | 'dialect' | 'settings'>,
): Promise<
  | { readonly kind: 'made'; readonly source: FoundSource }
  | { readonly kind: 'refused'; readonly problems: readonly SourceProblem[] }
> {
  const name = 'tried';
  const zone = (await readTenants(db)).find((one) => one.tenant === tenant)?.zone ?? 'UTC';
  const settings = decoderSettings({ tenant, name, filter, tenant_zone: zone }, stored);
  const problems = sourceProblems(DIALECTS, { filter, dialect, settings });
  return problems.length > 0
    ? { kind: 'refused', problems }
    : { kind: 'made', source: { name, dialect, settings, remembered: new Map() } };
}
