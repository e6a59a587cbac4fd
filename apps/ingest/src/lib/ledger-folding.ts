import { type Pool, foldLedger } from '@verimeter/registry';
import { type Logger, type Rounds, startRounds } from '@verimeter/service-runtime';

/** Batches of one transaction: each has the counts of up to some thousand devices. */
const AT_A_TIME = 200;

/** Adds the counts that batches left in the journal to the hours of the ledger, all of them every few seconds. */
export function startLedgerFolding(pool: Pool, log: Logger): Rounds {
  let atATime = AT_A_TIME;
  return startRounds({
    everyMs: 5000,
    begin: 'after a pause',
    async round(_, signal) {
      let folded = atATime;
      // oxlint-disable-next-line no-await-in-loop -- one transaction after the other
      while (folded === atATime && !signal.aborted) folded = await foldLedger(pool, atATime);
      atATime = AT_A_TIME;
    },
    onFailure(error) {
      // So many may take longer than a statement may: fewer are tried until the journal is empty.
      atATime = Math.max(1, Math.floor(atATime / 4));
      log.warn({ err: error, next: atATime }, 'the journal of the ledger was not folded this time');
    },
  });
}
