import { type Pool, foldLedger } from '@verimeter/registry';
import { type Logger, type Rounds, startRounds } from '@verimeter/service-runtime';

/** Batches of one transaction: each has the counts of up to some thousand devices. */
const AT_A_TIME = 200;

/** Adds the counts that batches left in the journal to the hours of the ledger, all of them every few seconds. */
export const startLedgerFolding = (pool: Pool, log: Logger): Rounds =>
  startRounds({
    everyMs: 5000,
    begin: 'after a pause',
    async round(_, signal) {
      let folded = AT_A_TIME;
      // oxlint-disable-next-line no-await-in-loop -- one transaction after the other
      while (folded === AT_A_TIME && !signal.aborted) folded = await foldLedger(pool, AT_A_TIME);
    },
    onFailure: (error) =>
      log.warn({ err: error }, 'the journal of the ledger was not folded this time'),
  });
