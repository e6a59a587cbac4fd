import { type JsonObject, member } from '../../json.ts';

const LISTS = ['errors', 'a_errors', 'b_errors', 'c_errors', 'n_errors'] as const;

/** The errors that a component tells of; undefined: it does not say. */
export function errorsOf(component: JsonObject): string[] | undefined {
  let found: string[] | undefined;
  for (const name of LISTS) {
    const list = member(component, name);
    if (!Array.isArray(list)) continue;
    found ??= [];
    for (const error of list) if (typeof error === 'string' && error !== '') found.push(error);
  }
  return found;
}
