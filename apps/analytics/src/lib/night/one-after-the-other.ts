/** A queue: each work begins when the one before has ended, well or not. */
export function oneAfterTheOther(): <T>(work: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined); // whoever asked for the work is told
    return result;
  };
}
