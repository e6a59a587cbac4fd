/** Columns of a table with their types, in order. */
type ColumnTypes = Readonly<Record<string, string>>;

/** Inserts rows of a run into a table, given as one JSON array of objects by column. $1: tenant, $2: run, $3: the rows. */
export function insertOfRun(table: string, types: ColumnTypes): string {
  const names = Object.keys(types).map((name) => `"${name}"`);
  const columns = Object.entries(types).map(([name, type]) => `"${name}" ${type}`);
  return `
  INSERT INTO ${table} (tenant, run_id, ${names.join(', ')})
  SELECT $1, $2, ${names.join(', ')} FROM jsonb_to_recordset($3::jsonb) AS r (${columns.join(', ')})`;
}
