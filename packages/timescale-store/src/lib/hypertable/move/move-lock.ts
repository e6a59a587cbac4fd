import type { ClientBase } from 'pg';

/** Advisory lock of a move: any constant that nothing else in the database uses. */
const LOCK_KEY = 7_306_089_416;

/** Whether the connection has the lock of moves now, until it ends or gives it back: no move is at the database, and none begins. */
export async function keepMoveAway(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ ours: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS ours',
    [LOCK_KEY],
  );
  return rows[0]?.ours === true;
}
