import { type Pool, schemaState } from '@verimeter/registry';

/** The database is not what this version works with; the message names the command that helps. */
export class SchemaError extends Error {
  readonly code = 'schema_not_current';
}

/** @throws SchemaError */
export async function checkSchema(pool: Pool): Promise<void> {
  const state = await schemaState(pool);
  if (state === 'current') return;
  throw new SchemaError(
    state === 'ahead'
      ? 'the database belongs to a newer Verimeter; update this installation'
      : 'the database is not migrated; run: verimeter migrate',
  );
}

export const isSchemaProblem = (error: unknown): boolean =>
  error instanceof SchemaError || (error instanceof Error && error.name === 'MigrationError');
