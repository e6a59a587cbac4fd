import type { Provisional } from '@verimeter/api-schema';
import { formatTimestamp } from '@verimeter/telemetry';

/** Of `group_health`. */
export interface ProvisionalRow {
  readonly late_noticed_at: number | null;
  readonly late_from: number | null;
  readonly late_received_at: number | null;
  readonly late_channels: number | null;
}

export const provisionalColumns = (table: string): string =>
  ['late_noticed_at', 'late_from', 'late_received_at', 'late_channels']
    .map((column) => `${table}.${column}`)
    .join(', ');

/** The row without these columns, and what they say. */
export function withProvisional<Row extends ProvisionalRow>(
  row: Row,
): Omit<Row, keyof ProvisionalRow> & { readonly provisional: Provisional | null } {
  const { late_noticed_at, late_from, late_received_at, late_channels, ...rest } = row;
  const provisional =
    late_noticed_at === null || late_from === null || late_received_at === null
      ? null
      : {
          noticed_at: formatTimestamp(late_noticed_at),
          late_from: formatTimestamp(late_from),
          last_received_at: formatTimestamp(late_received_at),
          series: late_channels ?? 0,
        };
  return { ...rest, provisional };
}
