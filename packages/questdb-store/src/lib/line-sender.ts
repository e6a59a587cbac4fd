import { Sender } from '@questdb/nodejs-client';
import type { ReadingBatch } from '@verimeter/reading-store';
import { inTimeOrder } from './batch-content.ts';
import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';
import { TABLE, receivedSeconds } from './readings-table.ts';

export interface LineSender {
  /** Resolves when all rows are in QuestDB's log: not yet shown. @throws QuestDbError: some may be there */
  send(rows: ReadingBatch): Promise<void>;
  close(): Promise<void>;
}

/** One request is one transaction; it is aborted after `REQUEST_MS`, whatever has become of it. */
const ROWS_AT_A_TIME = 50_000;
const REQUEST_MS = 20_000;

/**
 * Sends by the line protocol over HTTP, doubles in binary. The client forgets its rows when a request fails: the caller has them, in
 * PostgreSQL, and sends all of them again.
 */
export function createLineSender(http: QuestDbHttp): LineSender {
  const { protocol, hostname, port } = new URL(http.origin);
  const isSecure = protocol === 'https:';
  const credentials =
    http.user === undefined ? {} : { username: http.user, password: http.password ?? '' };
  let sender: Sender | undefined;

  const open = (): Sender =>
    new Sender({
      protocol: isSecure ? 'https' : 'http',
      protocol_version: '2',
      host: hostname,
      port: port === '' ? (isSecure ? 443 : 80) : Number(port),
      auto_flush: false,
      retry_timeout: REQUEST_MS,
      request_timeout: REQUEST_MS,
      ...credentials,
    });

  return {
    async send(rows) {
      const { length, tsUs, channelId, value, flags, receivedAtUs } = inTimeOrder(rows); // appended, not merged
      sender ??= open();
      try {
        for (let start = 0; start < length; start += ROWS_AT_A_TIME) {
          for (let row = start; row < Math.min(length, start + ROWS_AT_A_TIME); row += 1)
            // oxlint-disable-next-line no-await-in-loop -- resolved at once: nothing is flushed by itself
            await sender
              .table(TABLE)
              .symbol('channel', channelId[row] ?? 0)
              .floatColumn('value', value[row] ?? 0)
              .intColumn('flags', flags[row] ?? 0)
              .intColumn('received', receivedSeconds(receivedAtUs[row] ?? 0))
              .at(tsUs[row] ?? 0, 'us');
          // oxlint-disable-next-line no-await-in-loop -- one transaction after the other
          await sender.flush();
        }
      } catch (error) {
        await sender.close().catch(() => undefined);
        sender = undefined;
        const said = error instanceof Error ? error.message : String(error);
        throw new QuestDbError(`QuestDB did not take readings: ${said}`, { cause: error });
      }
    },
    async close() {
      await sender?.close();
      sender = undefined;
    },
  };
}
