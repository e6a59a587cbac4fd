import type { ClientBase } from 'pg';

/** Runs the statements in one transaction of the owner of the schema. */
export async function asOwner<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN; SET LOCAL ROLE verimeter_owner');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
