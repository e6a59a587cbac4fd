import type { Source, SourceInput } from '@verimeter/api-schema';

/** A dialect as the API lists it. */
export interface DialectEntry {
  readonly name: string;
  readonly title: string;
  /** Topics of an installation as it comes. */
  readonly filters: readonly string[];
  /** Options and what they do. */
  readonly options: Readonly<Record<string, string>>;
}

/** A source while it is being written: everything as text, so that half a number can stand in a field. */
export interface SourceDraft {
  readonly name: string;
  readonly dialect: string;
  readonly filter: string;
  readonly rank: string;
  readonly enabled: boolean;
  readonly provision: boolean;
  readonly provisionKind: string;
  readonly provisionPerDay: string;
  readonly zone: string;
  readonly deviceClass: string;
  readonly deviceId: string;
  /** By name of the option; empty: left out. */
  readonly options: Readonly<Record<string, string>>;
  /** Settings that have no field of their own, as JSON. */
  readonly further: string;
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Topics of an installation as it comes; empty: each has its own. */
export const usualFilter = (dialect: DialectEntry | undefined): string =>
  dialect?.filters.join(', ') ?? '';

/** The name of a dialect, or with a number behind it where sources have it already. */
function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let number = 2; taken.includes(free); number += 1) free = `${name}-${number}`;
  return free;
}

/** What a new source of a dialect usually is, beside those there are. */
export function newDraft(
  dialect: DialectEntry | undefined,
  taken: readonly string[] = [],
): SourceDraft {
  return {
    name: freeName(dialect?.name ?? '', taken),
    dialect: dialect?.name ?? '',
    filter: usualFilter(dialect),
    rank: '100',
    enabled: true,
    provision: true,
    provisionKind: '',
    provisionPerDay: '1000',
    zone: '',
    deviceClass: '',
    deviceId: '',
    options: {},
    further: '',
  };
}

/** Another dialect for a new source: its name and filter go along as long as they are the usual ones. */
export function withDialect(
  draft: SourceDraft,
  before: DialectEntry | undefined,
  after: DialectEntry,
  taken: readonly string[] = [],
): SourceDraft {
  const usual = newDraft(before, taken);
  return {
    ...draft,
    dialect: after.name,
    name: draft.name === usual.name ? freeName(after.name, taken) : draft.name,
    filter: draft.filter === usual.filter ? usualFilter(after) : draft.filter,
    options: {},
  };
}

export function draftOf(source: Source): SourceDraft {
  const { zone, device_class, device_id, options, ...further } = source.settings;
  return {
    name: source.name,
    dialect: source.dialect,
    filter: source.filter,
    rank: String(source.rank),
    enabled: source.enabled,
    provision: source.provision,
    provisionKind: source.provision_kind ?? '',
    provisionPerDay: String(source.provision_per_day),
    zone: zone ?? '',
    deviceClass: device_class ?? '',
    deviceId: device_id ?? '',
    options: Object.fromEntries(
      Object.entries(options ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    further: Object.keys(further).length === 0 ? '' : JSON.stringify(further, undefined, 2),
  };
}

/** What of a source the API takes; the rest of it says what came. */
export function inputOf(source: Source): SourceInput {
  const {
    name: _name,
    changed_by: _by,
    changed_at: _at,
    activity: _activity,
    problems: _problems,
    ...input
  } = source;
  return input;
}

/** The body for the API. A text: what the further settings are instead of a JSON object. */
export function bodyOf(draft: SourceDraft): Record<string, unknown> | string {
  const further = furtherOf(draft.further);
  if (typeof further === 'string') return further;
  const options = Object.entries(draft.options)
    .filter(([, text]) => text.trim() !== '')
    .map(([name, text]) => [name, optionOf(text.trim())] as const);
  return {
    filter: draft.filter.trim(),
    dialect: draft.dialect,
    rank: numberOf(draft.rank),
    enabled: draft.enabled,
    provision: draft.provision,
    provision_kind: draft.provisionKind === '' ? null : draft.provisionKind,
    provision_per_day: numberOf(draft.provisionPerDay),
    settings: {
      ...further,
      ...(draft.zone.trim() === '' ? {} : { zone: draft.zone.trim() }),
      ...(draft.deviceClass === '' ? {} : { device_class: draft.deviceClass }),
      ...(draft.deviceId.trim() === '' ? {} : { device_id: draft.deviceId.trim() }),
      ...(options.length === 0 ? {} : { options: Object.fromEntries(options) }),
    },
  };
}

/** What of a draft decodes a message; the rest may still be unfinished. A text: as of `bodyOf`. */
export function triedBody(draft: SourceDraft, topic: string): Record<string, unknown> | string {
  const body = bodyOf(draft);
  if (typeof body === 'string') return body;
  const { filter, dialect, settings } = body;
  return { filter: filter === '' ? topic : filter, dialect, settings };
}

/** Where a text is no JSON, as `line 1 column 10`; empty: nobody says. */
export function placeIn(
  problem: string,
): { readonly line: string; readonly column: string } | undefined {
  const [, line, column] = /line (\d+) column (\d+)/.exec(problem) ?? [];
  return line === undefined || column === undefined ? undefined : { line, column };
}

function furtherOf(text: string): Record<string, unknown> | string {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : '{ … }';
  } catch (error) {
    return String(error);
  }
}

/** Whether a text is a whole number from 1 to `most`. */
export const isCount = (text: string, most: number): boolean =>
  /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most;

/** What is no number stays as it is: the API says so by name of the field. */
const numberOf = (text: string): number | string =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);

function optionOf(text: string): boolean | number | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return numberOf(text);
}

const FIELDS = ['name', 'dialect', 'filter', 'rank', 'provision_kind', 'provision_per_day'];
const SETTINGS = ['settings.zone', 'settings.device_class', 'settings.device_id'];

/** The field of the form at which a problem of the API is to be shown; the further settings take what has no field. */
export function fieldOf(problem: string, options: readonly string[]): string {
  if (problem === 'further') return problem;
  if (FIELDS.includes(problem) || SETTINGS.includes(problem)) return problem;
  const option = /^settings\.options\.(.+)$/.exec(problem)?.[1];
  if (option !== undefined && options.includes(option)) return problem;
  return problem.startsWith('settings') ? 'further' : '';
}
