import type { CommitDelay } from './pipeline.ts';

/** A readiness probe waits 2 s in all. */
const ANSWER_MS = 1800;

const REMEDIES: Readonly<Record<string, string>> = {
  '25006':
    'the database is read-only: turn default_transaction_read_only off, or point DATABASE_URL at the primary',
  '28000': 'the database refuses this login: see pg_hba.conf and DATABASE_URL',
  '28P01': 'the database refuses user or password: correct them in DATABASE_URL',
  '3D000': 'there is no such database: create it, or correct DATABASE_URL',
  '42501': 'this login lacks a right: run: verimeter migrate',
  '53100': 'the disk of the database is full: make room, the worker goes on by itself',
  '53200': 'the database is out of memory: see its log',
  '53300':
    'the database has no connection left: raise max_connections, or end what holds them (pg_stat_activity)',
  '57014': 'a statement was cancelled after its time: look for what holds it up (pg_locks)',
  '57P01': 'the database is shutting down: start it again',
  '57P02': 'the database has crashed and starts again: wait, and see its log',
  '57P03': 'the database is starting up or shutting down: wait, and see its log',
  ECONNREFUSED: 'the database does not answer: start it, or correct DATABASE_URL',
  ECONNRESET: 'the database has closed the connection: see its log',
  ENOTFOUND: 'the name of the database host is not known: see DATABASE_URL',
  EAI_AGAIN: 'the name of the database host is not known now: see DATABASE_URL',
};

const LOCKED =
  'is the server stopped or overloaded, or does something hold a lock (pg_stat_activity, pg_locks)?';

/** What keeps the worker from the database and what mends it, in one line. */
export function databaseProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const said = error.message === '' ? code : error.message;
  const remedy = REMEDIES[code];
  return remedy === undefined ? said : `${remedy} (${said})`;
}

/** The same for messages that wait for their commit. */
export function commitProblem({ messages, forS, cause }: CommitDelay): string {
  const waiting = `${messages} messages wait, for ${Math.round(forS)} s`;
  return cause === undefined
    ? `the database does not finish a commit: ${LOCKED} ${waiting}`
    : `${databaseProblem(cause)}; ${waiting}`;
}

/** @throws Error whose message is for the operator, also where the database is silent. */
export async function answeredInTime(answer: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the database has not answered for ${ANSWER_MS} ms: ${LOCKED}`)),
      ANSWER_MS,
    );
  });
  try {
    await Promise.race([answer, silence]);
  } catch (error) {
    throw new Error(databaseProblem(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
