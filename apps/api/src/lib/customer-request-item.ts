import type { CustomerRequest, CustomerRequestDetail } from '@verimeter/api-schema';
import { daysBetween } from '@verimeter/metrology';
import type { CustomerRequestEventRow, CustomerRequestRow } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';

/** How a request stands on the day $1 (text of SQL): as `timingOf`. */
export const TIMING = `
  CASE WHEN due_on IS NULL THEN 'no_clock'
       WHEN status = 'open' THEN CASE WHEN due_on >= $1 THEN 'running' ELSE 'overdue' END
       WHEN answered_on <= due_on THEN 'in_time' ELSE 'late' END`;

function timingOf(row: CustomerRequestRow, today: string): CustomerRequest['timing'] {
  if (row.due_on === null) return 'no_clock';
  if (row.status === 'open') return today <= row.due_on ? 'running' : 'overdue';
  return row.answered_on !== null && row.answered_on <= row.due_on ? 'in_time' : 'late';
}

export function toCustomerRequest(row: CustomerRequestRow, today: string): CustomerRequest {
  return {
    id: row.id,
    device_id: row.device_id,
    kind: row.kind,
    utility: row.utility,
    received_on: row.received_on,
    reference: row.reference,
    note: row.note,
    clock: row.clock === null ? null : { ...row.clock },
    due_on: row.due_on,
    due_agreed: row.is_due_agreed,
    status: row.status,
    answered_on: row.answered_on,
    timing: timingOf(row, today),
    days_left: row.status !== 'open' || row.due_on === null ? null : daysBetween(today, row.due_on),
    entered_by: { id: row.entered_by, name: row.entered_by_name },
    entered_at: formatTimestamp(row.entered_at),
  };
}

export const toRequestDetail = (
  row: CustomerRequestRow,
  events: readonly CustomerRequestEventRow[],
  today: string,
): CustomerRequestDetail => ({
  ...toCustomerRequest(row, today),
  history: events.map((event) => ({
    status: event.status,
    comment: event.comment,
    document_id: event.document_id,
    by: { id: event.by_id, name: event.by_name },
    at: formatTimestamp(event.at),
  })),
});
