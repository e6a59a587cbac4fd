import type { Queryable } from './pools.ts';

/** Removes what the API has long read: its memory of a tenant never waits that long. Returns how many rows. */
export async function trimFleetChanges(client: Queryable, keepSeconds = 86_400): Promise<number> {
  const result = await client.query(
    'DELETE FROM fleet_changes WHERE changed_at < now() - make_interval(secs => $1)',
    [keepSeconds],
  );
  return result.rowCount ?? 0;
}
