/*
 * filter = level *( "/" level ) ; MQTT 5, 4.7: level = "+" / "#" (last only) / text without + and #
 * A filter that begins with a wildcard does not match topics that begin with $.
 */

/** What is wrong with a topic filter; undefined: nothing. */
export function filterProblem(filter: string): string | undefined {
  if (filter === '') return 'is empty';
  if (filter.length > 512) return 'has more than 512 characters';
  if (filter.includes('\0')) return 'holds a NUL character';
  if (filter.startsWith('$')) return 'begins with $, where only the broker itself publishes';
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1))
      return '# stands for all further levels: alone and at the end';
    if (level.includes('+') && level !== '+') return '+ stands for one whole level';
  }
  return undefined;
}

/** Whether a topic is one of the filter's. */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false;
  return covers(filter.split('/'), topic.split('/'));
}

/** Whether every topic of `inner` is one of `outer`. */
export function coversFilter(outer: string, inner: string): boolean {
  return covers(outer.split('/'), inner.split('/'));
}

function covers(outer: readonly string[], inner: readonly string[]): boolean {
  for (const [index, level] of outer.entries()) {
    if (level === '#') return true; // also the level above it (4.7.1.2)
    const other = inner[index];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return inner.length === outer.length;
}

/** Whether there is a topic that both filters match. */
export function overlappingFilters(left: string, right: string): boolean {
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
