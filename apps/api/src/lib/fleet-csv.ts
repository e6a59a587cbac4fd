import { type FleetRow, FLEET_COLUMNS } from '@verimeter/api-schema';

const QUOTED = /[",\r\n]/;

function field(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const FLEET_CSV_HEAD = `${FLEET_COLUMNS.join(',')}\r\n`;

/** A line of RFC 4180. */
export function fleetCsvLine(row: FleetRow): string {
  return `${FLEET_COLUMNS.map((column) => field(row[column])).join(',')}\r\n`;
}
