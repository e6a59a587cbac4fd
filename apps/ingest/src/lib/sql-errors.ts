import pg from 'pg';

/**
 * `data`: these rows can never be stored (SQLSTATE class 22 data exception, 23 constraint, 54000 a key too long for its index; a RangeError of the store's
 * own checks): the row is isolated. `transient`: anything else, above all 08 connection, 40 rollback, 53 resources,
 * 57 operator intervention and plain socket errors: the same batch is tried again.
 */
export function classifyError(error: unknown): 'data' | 'transient' {
  if (error instanceof pg.DatabaseError) {
    return /^(2[23]|54000)/.test(error.code ?? '') ? 'data' : 'transient';
  }
  return error instanceof RangeError ? 'data' : 'transient';
}

const FOREIGN_KEY_VIOLATION = '23503';

/** A device or channel in the cache no longer exists. */
export function isStaleReference(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === FOREIGN_KEY_VIOLATION;
}

/** Whether the server has said this itself: then the connection answers. After a time-out or a break it is not asked again. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof pg.DatabaseError || error instanceof RangeError;

/** Text as PostgreSQL can hold it. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}
