import { remembered } from './remember.ts';
import { type SourceFault, fault } from './source-faults.ts';

/*
 * filters = filter *( ( LF / "," ) filter ) ; what a source takes; blanks around a filter are not part of it
 * filter  = level *( "/" level ) ; MQTT 5, 4.7: level = "+" / "#" (last only) / text without + and #
 * A filter that begins with a wildcard does not match topics that begin with $. Of a topic with a comma that level is written +.
 */

const MOST_FILTERS = 50;
const LONGEST = 2048;
const LONGEST_ONE = 512;

/** The topic filters of a source, one by one. */
export function filterList(filters: string): string[] {
  return filters
    .split(/[\n,]/)
    .map((filter) => filter.trim())
    .filter((filter) => filter !== '');
}

/** What is wrong with the topic filters of a source; undefined: nothing. */
export function filterProblem(filters: string): SourceFault | undefined {
  const list = filterList(filters);
  if (list.length === 0) return fault('filter_empty');
  if (filters.length > LONGEST) return fault('filter_long', String(LONGEST));
  if (list.length > MOST_FILTERS) return fault('filters_many', String(MOST_FILTERS));
  for (const [index, filter] of list.entries()) {
    const problem = singleProblem(filter);
    if (problem !== undefined) return list.length === 1 ? problem : { ...problem, of: filter };
    const other = list.slice(0, index).find((earlier) => overlap(earlier, filter));
    if (other !== undefined) return fault('filters_twice', other, filter);
  }
  return undefined;
}

function singleProblem(filter: string): SourceFault | undefined {
  if (filter.length > LONGEST_ONE) return fault('filter_long', String(LONGEST_ONE));
  if (filter.includes('\0')) return fault('filter_nul');
  if (filter.startsWith('$')) return fault('filter_dollar');
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1))
      return fault('filter_hash');
    if (level.includes('+') && level !== '+') return fault('filter_plus');
  }
  return undefined;
}

interface SplitFilter {
  readonly filter: string;
  readonly levels: readonly string[];
}

/** Split once: a source asks about every topic of its devices. */
const splitFilters = remembered((filters): readonly SplitFilter[] =>
  filterList(filters).map((filter) => ({ filter, levels: filter.split('/') })),
);

/** Whether a topic is one of the filters'. */
export function matchesFilter(filters: string, topic: string): boolean {
  return filterOf(filters, topic) !== undefined;
}

/** The filter that takes a topic, of those of a source; undefined: none. */
function filterOf(filters: string, topic: string): string | undefined {
  const list = splitFilters(filters);
  const [only] = list;
  const topicLevels = topic.split('/');
  if (list.length === 1 && only !== undefined)
    return takes(only, topic, topicLevels) ? only.filter : undefined;
  return list.find((one) => takes(one, topic, topicLevels))?.filter;
}

const takes = ({ filter, levels }: SplitFilter, topic: string, topicLevels: readonly string[]) =>
  !(topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) &&
  covers(levels, topicLevels);

/** What a topic begins with before the first wildcard of the filter that takes it, without the slash: `a/b` of `a/b/+/c`. */
export function fixedPart(filters: string, topic: string): string {
  const levels = (filterOf(filters, topic) ?? '#').split('/');
  const wildcard = levels.findIndex((level) => level === '+' || level === '#');
  return levels.slice(0, wildcard < 0 ? levels.length - 1 : wildcard).join('/');
}

/** Whether every topic of `inner` is one of `outer`: each filter of the one lies in a filter of the other. */
export function coversFilter(outer: string, inner: string): boolean {
  const outers = filterList(outer).map((filter) => filter.split('/'));
  return filterList(inner).every((filter) =>
    outers.some((levels) => covers(levels, filter.split('/'))),
  );
}

function covers(outer: readonly string[], inner: readonly string[]): boolean {
  for (let index = 0; index < outer.length; index += 1) {
    const level = outer[index];
    if (level === '#') return true; // also the level above it (4.7.1.2)
    const other = inner[index];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return inner.length === outer.length;
}

/** Whether there is a topic that filters of both match. */
export function overlappingFilters(left: string, right: string): boolean {
  const rights = filterList(right);
  return filterList(left).some((filter) => rights.some((other) => overlap(filter, other)));
}

function overlap(left: string, right: string): boolean {
  const a = left.split('/');
  const b = right.split('/');
  for (let index = 0; ; index += 1) {
    const one = a[index];
    const other = b[index];
    if (one === '#' || other === '#') return true;
    if (one === undefined || other === undefined) {
      // "a/#" matches "a" as well
      return one === other;
    }
    if (one !== '+' && other !== '+' && one !== other) return false;
  }
}
