import {
  type BatchShare,
  OUTCOME,
  type ReadingBatch,
  type WriteOutcomes,
} from '@verimeter/reading-store';
import { float8Array, int4Array, int8Array, timestamptzArray } from './binary-arrays.ts';
import type { Queryable } from './waiting-batches.ts';

/** A batch of which all that is new can be read from the store. */
export interface ShownBatch {
  readonly id: number;
  readonly batch: ReadingBatch;
  readonly outcomes: WriteOutcomes;
  readonly shares: readonly BatchShare[];
}

interface Counts {
  readonly deviceId: string;
  stored: number;
  duplicate: number;
  conflicting: number;
}

/** Rows of the ledger's journal: devices of one tenant, receive hour and source. */
interface JournalPart {
  readonly tenant: string;
  readonly hourUs: number;
  readonly source: string;
  readonly devices: Map<string, Counts>;
}

/** Of one tenant. */
interface LivePart {
  readonly channelIds: number[];
  readonly tsUs: number[];
  readonly values: number[];
}

export interface Settlement {
  readonly ids: readonly number[];
  readonly journal: readonly JournalPart[];
  readonly live: ReadonlyMap<string, LivePart>;
  /** Of what is new: first and last instant, first and last receive time; empty where nothing is. */
  readonly span: readonly number[];
}

const HOUR_US = 3600e6;

/** What is written when batches are settled: their counts, what is announced, and where what is new lies. */
export function settlementOf(shown: readonly ShownBatch[]): Settlement {
  const journal = new Map<string, JournalPart>();
  const live = new Map<string, LivePart>();
  const span = [Infinity, -Infinity, Infinity, -Infinity];
  let last: JournalPart | undefined;
  for (const one of shown) {
    let row = 0;
    for (const share of one.shares) {
      addRows(one, row, share);
      row = share.end;
    }
    widen(span, one);
  }
  return {
    ids: shown.map(({ id }) => id),
    journal: [...journal.values()],
    live,
    span: Number.isFinite(span[0]) ? span : [],
  };

  /** Rows of a share from `from` on: mostly one, mostly of the hour, tenant and source of the one before. */
  function addRows({ batch, outcomes }: ShownBatch, from: number, share: BatchShare): void {
    for (let row = from; row < share.end; row += 1) {
      const received = batch.receivedAtUs[row] ?? 0;
      const counts = countsOf(share, received);
      const outcome = outcomes[row];
      if (outcome === OUTCOME.duplicate) counts.duplicate += 1;
      else if (outcome === OUTCOME.conflicting) counts.conflicting += 1;
      else {
        counts.stored += 1;
        if (share.live) announce(share.tenant, batch, row);
      }
    }
  }

  function countsOf({ tenant, deviceId, source }: BatchShare, received: number): Counts {
    if (
      last === undefined ||
      last.tenant !== tenant ||
      last.source !== source ||
      received < last.hourUs ||
      received >= last.hourUs + HOUR_US
    ) {
      const hourUs = Math.floor(received / HOUR_US) * HOUR_US;
      const key = `${tenant} ${source} ${hourUs}`;
      last = journal.get(key) ?? { tenant, hourUs, source, devices: new Map() };
      journal.set(key, last);
    }
    let counts = last.devices.get(deviceId);
    if (counts === undefined) {
      counts = { deviceId, stored: 0, duplicate: 0, conflicting: 0 };
      last.devices.set(deviceId, counts);
    }
    return counts;
  }

  function announce(tenant: string, batch: ReadingBatch, row: number): void {
    let part = live.get(tenant);
    if (part === undefined) {
      part = { channelIds: [], tsUs: [], values: [] };
      live.set(tenant, part);
    }
    part.channelIds.push(batch.channelId[row] ?? 0);
    part.tsUs.push(batch.tsUs[row] ?? 0);
    part.values.push(batch.value[row] ?? 0);
  }
}

function widen(span: number[], { batch, outcomes }: ShownBatch): void {
  let [firstUs = 0, lastUs = 0, firstReceived = 0, lastReceived = 0] = span;
  for (let row = 0; row < batch.length; row += 1) {
    if (outcomes[row] !== OUTCOME.stored) continue;
    const tsUs = batch.tsUs[row] ?? 0;
    const received = batch.receivedAtUs[row] ?? 0;
    firstUs = Math.min(firstUs, tsUs);
    lastUs = Math.max(lastUs, tsUs);
    firstReceived = Math.min(firstReceived, received);
    lastReceived = Math.max(lastReceived, received);
  }
  span.splice(0, 4, firstUs, lastUs, firstReceived, lastReceived);
}

const SETTLE = `SELECT book_settled($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;

/** In one statement, which is its own transaction. */
export async function settle(client: Queryable, settlement: Settlement): Promise<void> {
  const { ids, journal, span } = settlement;
  const live = [...settlement.live];
  const devices = journal.flatMap((part) => [...part.devices.values()]);
  let ledgerEnd = 0;
  let liveEnd = 0;
  await client.query(SETTLE, [
    int8Array(ids),
    journal.map(({ tenant }) => tenant),
    timestamptzArray(journal.map(({ hourUs }) => hourUs)),
    journal.map(({ source }) => source),
    int4Array(journal.map((part) => (ledgerEnd += part.devices.size))),
    devices.map(({ deviceId }) => deviceId),
    int4Array(devices.map(({ stored }) => stored)),
    int4Array(devices.map(({ duplicate }) => duplicate)),
    int4Array(devices.map(({ conflicting }) => conflicting)),
    live.map(([tenant]) => tenant),
    int4Array(live.map(([, part]) => (liveEnd += part.values.length))),
    int4Array(live.flatMap(([, part]) => part.channelIds)),
    timestamptzArray(live.flatMap(([, part]) => part.tsUs)),
    float8Array(live.flatMap(([, part]) => part.values)),
    timestamptzArray(span),
  ]);
}
