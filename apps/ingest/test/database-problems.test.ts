import pg from 'pg';
import { expect, test } from 'vitest';
import { commitProblem, databaseProblem } from '../src/lib/database-problems.ts';

const refused = (code: string, message: string): Error =>
  Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });

test.each([
  ['53100', 'could not extend file "base/5/16384": No space left on device', /full: make room/],
  ['28P01', 'password authentication failed for user "v"', /correct them in DATABASE_URL/],
  ['57P03', 'the database system is starting up', /starting up/],
  [
    '25006',
    'cannot execute INSERT in a read-only transaction',
    /point DATABASE_URL at the primary/,
  ],
])('%s: %s', (code, message, remedy) => {
  const problem = databaseProblem(refused(code, message));
  expect(problem).toMatch(remedy);
  expect(problem).toContain(message);
  expect(problem).not.toContain('\n');
});

test('a connection that is refused without a message is named by its code', () => {
  const error = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(databaseProblem(error)).toBe(
    'the database does not answer: start it, or correct DATABASE_URL (ECONNREFUSED)',
  );
});

test('what is not known is said as it came', () => {
  expect(databaseProblem(new Error('something else'))).toBe('something else');
});

test('messages that wait are counted, with the cause where there is one', () => {
  expect(commitProblem({ messages: 7, forS: 61.4, cause: undefined })).toMatch(
    /does not finish a commit.* 7 messages wait, for 61 s$/,
  );
  expect(commitProblem({ messages: 7, forS: 3, cause: refused('53100', 'no space') })).toMatch(
    /make room.* \(no space\); 7 messages wait, for 3 s$/,
  );
});
