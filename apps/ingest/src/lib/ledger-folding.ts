import { type Pool, foldLedger } from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';

const EVERY_MS = 5000;
/** Batches of one transaction: each has the counts of up to some thousand devices. */
const AT_A_TIME = 200;

/** Adds the counts that batches left in the journal to the hours of the ledger, all of them every few seconds. */
export function startLedgerFolding(pool: Pool, log: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      await delay(EVERY_MS, stopping.signal);
      try {
        // oxlint-disable-next-line no-await-in-loop
        while ((await foldLedger(pool, AT_A_TIME)) === AT_A_TIME && !stopping.signal.aborted);
      } catch (error) {
        log.warn({ err: error }, 'the journal of the ledger was not folded this time');
      }
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
