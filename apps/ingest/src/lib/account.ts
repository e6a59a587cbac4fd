import { type BatchShare, OUTCOME, type WriteOutcomes } from '@verimeter/reading-store';
import type { LedgerRow } from '@verimeter/registry';
import type { BatchPlan, PlannedMessage } from './plan-batch.ts';

/** Messages with more readings than this are history, not news: they make no live events. */
export const LIVE_READINGS = 100;

const HOUR_US = 3600e6;

/** A row for the ledger; counts of messages of one device are summed here, before the database sees them. */
type LedgerEntry = LedgerRow & Record<'received' | keyof Omit<Totals, 'ignored'>, number>;
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface Totals {
  stored: number;
  duplicate: number;
  conflicting: number;
  rejected: number;
  ignored: number;
  /** Safe; the store says later what became of them. */
  pending: number;
}

/** What is added to the ledger for a batch, and its sums. */
export function accountBatch(
  plan: BatchPlan,
  outcomes: WriteOutcomes,
): { entries: LedgerRow[]; totals: Totals } {
  const entries = new Map<string, Writable<LedgerEntry>>();
  const totals: Totals = {
    stored: 0,
    duplicate: 0,
    conflicting: 0,
    rejected: 0,
    ignored: 0,
    pending: 0,
  };
  for (const planned of plan.messages) {
    totals.ignored += planned.ignored;
    if (planned.received === 0) continue;
    const counts = [0, 0, 0, 0];
    for (let row = planned.firstRow; row < planned.firstRow + planned.rows; row += 1) {
      const outcome = outcomes[row] ?? 0;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    const rejected = planned.rejects.reduce((sum, { count }) => sum + count, 0);
    const stored = counts[OUTCOME.stored] ?? 0;
    const conflicting = counts[OUTCOME.conflicting] ?? 0;
    const pending = counts[OUTCOME.pending] ?? 0;
    // Readings of a recognised redelivery have no row: they are what is left.
    const redelivered = planned.received - rejected - planned.rows;
    const duplicate = (counts[OUTCOME.duplicate] ?? 0) + redelivered;
    const entry = entryOf(entries, planned);
    entry.received += planned.received;
    entry.stored += stored;
    entry.duplicate += duplicate;
    entry.conflicting += conflicting;
    entry.rejected += rejected;
    entry.pending += pending;
    totals.stored += stored;
    totals.duplicate += duplicate;
    totals.conflicting += conflicting;
    totals.rejected += rejected;
    totals.pending += pending;
  }
  return { entries: [...entries.values()], totals };
}

/** Whom the rows of a batch belong to: what a store that answers later settles the account with. */
export function sharesOf(plan: BatchPlan): BatchShare[] {
  return plan.messages.flatMap(({ device, staged, firstRow, rows }) =>
    device === undefined || rows === 0
      ? []
      : [
          {
            tenant: device.tenant,
            deviceId: device.deviceId,
            source: staged.message.source,
            end: firstRow + rows,
            live: rows <= LIVE_READINGS,
          },
        ],
  );
}

function entryOf(
  entries: Map<string, Writable<LedgerEntry>>,
  planned: PlannedMessage,
): Writable<LedgerEntry> {
  const { message } = planned.staged;
  const deviceId = planned.device?.deviceId ?? null;
  const topic = deviceId === null ? message.topic : null;
  const { receivedAtUs } = message;
  const hour = Math.floor(receivedAtUs / HOUR_US);
  const { tenant } = planned;
  const { source } = message;
  const key = `${tenant ?? ''}\0${deviceId ?? ''}\0${topic ?? ''}\0${hour}\0${source}`;
  let entry = entries.get(key);
  if (entry === undefined) {
    const counts = {
      received: 0,
      stored: 0,
      duplicate: 0,
      conflicting: 0,
      rejected: 0,
      pending: 0,
    };
    entry = { tenant, deviceId, topic, receivedAtUs, source, ...counts };
    entries.set(key, entry);
  }
  return entry;
}
