import type { DistrictAnswers } from './district-answers.ts';

/** The answers of a district as they are; throws a RangeError where one of their numbers is none. */
export function finiteAnswers(answers: DistrictAnswers): DistrictAnswers {
  const wrong =
    notFinite(answers.area) ??
    notFinite(answers.fixed.map(({ result }) => result)) ??
    notFinite(answers.estimated.map(({ result }) => result));
  if (wrong !== undefined) throw new RangeError(`${wrong} of the answer is not a number`);
  return answers;
}

/** The name of the first number within a result that is not finite. */
function notFinite(value: unknown, name = 'value'): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : name;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, own] of Object.entries(value)) {
    const wrong = notFinite(own, Array.isArray(value) ? name : key);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
