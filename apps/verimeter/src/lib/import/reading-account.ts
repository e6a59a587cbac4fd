import { type BatchShare, OUTCOME, type WriteOutcomes } from '@verimeter/reading-store';
import { KEPT_PAYLOAD_BYTES, type LedgerRow, type QuarantineRow } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { CsvRow } from '../csv/record-splitter.ts';
import type { ImportChannel, ReadingProblem } from './reading-rows.ts';

interface Counts {
  received: number;
  stored: number;
  duplicate: number;
  conflicting: number;
  rejected: number;
  pending: number;
}

interface RejectedReading {
  readonly row: CsvRow;
  readonly problem: ReadingProblem;
  /** As written in the file; registered or not. */
  readonly deviceId: string;
  readonly registered: boolean;
  /** Where everything but the device is good: what a gateway would have published for it. */
  readonly native?: { readonly quantity: string; readonly tsUs: number; readonly value: number };
}

/** Counts what happens to the readings of one batch, for the ledger, the quarantine and the result. */
export interface BatchAccount {
  reject(rejected: RejectedReading): void;
  settle(channels: readonly ImportChannel[], outcomes: WriteOutcomes): void;
  /** For a store that answers later: whom the rows belong to. */
  shares(channels: readonly ImportChannel[]): BatchShare[];
  ledger(): LedgerRow[];
  quarantine(): QuarantineRow[];
}

/** Where a batch comes from. */
export interface BatchOrigin {
  readonly tenant: string;
  /** Names the file in the ledger and the quarantine. */
  readonly file: string;
  /** Microseconds since 1970. */
  readonly receivedAtUs: number;
}

const SOURCE = 'import';

export function createBatchAccount(origin: BatchOrigin): BatchAccount {
  const { tenant, file, receivedAtUs } = origin;
  const perDevice = new Map<string | null, Counts>();
  const rejected = new Map<string, RejectedReading[]>();

  function entry(deviceId: string | null): Counts {
    let found = perDevice.get(deviceId);
    if (found === undefined) {
      found = { received: 0, stored: 0, duplicate: 0, conflicting: 0, rejected: 0, pending: 0 };
      perDevice.set(deviceId, found);
    }
    return found;
  }

  return {
    reject(reading) {
      const counted = entry(reading.registered ? reading.deviceId : null);
      counted.received += 1;
      counted.rejected += 1;
      const { reason, field } = reading.problem;
      const key = `${reason}\n${field}\n${reading.deviceId}`;
      const list = rejected.get(key);
      if (list === undefined) rejected.set(key, [reading]);
      else list.push(reading);
    },
    settle(channels, outcomes) {
      for (const [row, outcome] of outcomes.entries()) {
        const counted = entry(channels[row]?.deviceId ?? null);
        counted.received += 1;
        if (outcome === OUTCOME.stored) counted.stored += 1;
        else if (outcome === OUTCOME.duplicate) counted.duplicate += 1;
        else if (outcome === OUTCOME.conflicting) counted.conflicting += 1;
        else counted.pending += 1;
      }
    },
    shares: (channels) => sharesOf(channels, tenant),
    ledger: () =>
      [...perDevice].map(([deviceId, counts]) => ({
        tenant,
        deviceId,
        topic: deviceId === null ? file : null,
        receivedAtUs,
        source: SOURCE,
        ...counts,
      })),
    quarantine: () => [...rejected.values()].flatMap((list) => packed(list, origin)),
  };
}

/** What is imported is history: no live events. */
function sharesOf(channels: readonly ImportChannel[], tenant: string): BatchShare[] {
  const shares: BatchShare[] = [];
  for (const [row, { deviceId }] of channels.entries()) {
    if (channels[row + 1]?.deviceId === deviceId) continue;
    shares.push({ tenant, deviceId, source: SOURCE, end: row + 1, live: false });
  }
  return shares;
}

/** Entries for the rejected readings of one device and reason: as many as the payload limit asks for. */
function packed(
  list: readonly RejectedReading[],
  { tenant, file, receivedAtUs }: BatchOrigin,
): QuarantineRow[] {
  const found: QuarantineRow[] = [];
  let texts: string[] = [];
  let bytes = 0;
  let first: RejectedReading | undefined;

  function close(): void {
    if (first === undefined) return;
    const replayable = first.native !== undefined;
    found.push({
      tenant,
      receivedAtUs,
      source: SOURCE,
      // A reading whose device is unknown yet is kept as the message that would have brought it: it can be replayed.
      topic: replayable
        ? `verimeter/v1/${tenant}/${first.deviceId}/readings`
        : `${file}:${first.row.line}`,
      deviceId: first.deviceId === '' ? null : first.deviceId,
      reason: first.problem.reason,
      field: first.problem.field,
      message: `${file} line ${first.row.line}: ${first.problem.message}${
        texts.length > 1 ? ` (and ${texts.length - 1} more rows)` : ''
      }`,
      payload: Buffer.from(replayable ? `[${texts.join(',')}]` : texts.join('\n')),
      rejected: texts.length,
    });
    texts = [];
    bytes = 0;
    first = undefined;
  }

  for (const reading of list) {
    const text = payloadOf(reading);
    const size = Buffer.byteLength(text) + 1;
    const sameForm = (first?.native === undefined) === (reading.native === undefined);
    if (first !== undefined && (bytes + size > KEPT_PAYLOAD_BYTES - 2 || !sameForm)) close();
    first ??= reading;
    texts.push(text);
    bytes += size;
  }
  close();
  return found;
}

function payloadOf({ row, native }: RejectedReading): string {
  if (native !== undefined)
    return JSON.stringify({
      ts: formatTimestamp(native.tsUs),
      values: { [native.quantity]: native.value },
    });
  return row.raw;
}
