import { ProblemError } from './problem-error.ts';

/**
 * Runs long work of which only so much may go on together, since each holds a connection that short requests need.
 * @throws {ProblemError} too_many_requests where all places are taken
 */
export function atOnce(
  places: number,
  what: string,
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let taken = 0;
  return async (work) => {
    if (taken >= places)
      throw new ProblemError(
        'too_many_requests',
        `Other ${what} are being made; try again in 5 s.`,
        {
          headers: { 'retry-after': '5' },
        },
      );
    taken += 1;
    try {
      return await work();
    } finally {
      taken -= 1;
    }
  };
}
