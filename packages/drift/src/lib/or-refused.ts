/** Numbers that defy the model, and in which way. */
export interface Refused {
  readonly refused: string;
}

/** What was computed, or why it cannot be: a RangeError is an answer about the data, any other error one about the program. */
export function orRefused<T>(compute: () => T): T | Refused {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refused: error.message };
  }
}
