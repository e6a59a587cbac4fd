import { type FleetRow, FLEET_COLUMNS } from '@verimeter/api-schema';
import { csvLine } from './csv-cell.ts';

export const FLEET_CSV_HEAD = `${FLEET_COLUMNS.join(',')}\r\n`;

/** A line of RFC 4180. */
export function fleetCsvLine(row: FleetRow): string {
  const values: Readonly<Record<string, unknown>> = row;
  return csvLine(FLEET_COLUMNS, (column) => values[column]);
}
