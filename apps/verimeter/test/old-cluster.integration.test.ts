import { chmod, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { createTemporaryDirectory, findOldestPostgres, runSql } from '@verimeter/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { runProgram } from './program.ts';

const oldest = await findOldestPostgres();

/** Name, size and times of change of everything below a directory. */
async function inventory(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  const lines = await Promise.all(
    ['.', ...names].map(async (name) => {
      const { size, mtimeNs, ctimeNs } = await stat(path.join(directory, name), { bigint: true });
      return `${name} ${size} ${mtimeNs} ${ctimeNs}`;
    }),
  );
  return lines.toSorted();
}

test.skipIf(oldest === undefined)(
  'a data directory of another major version of PostgreSQL is refused by every command, untouched',
  async () => {
    const home = await createTemporaryDirectory();
    onTestFinished(home.remove);
    await chmod(home.path, 0o711); // PostgreSQL 15 needs a passable path
    const dataDir = path.join(home.path, 'data');
    const options = { dataDir, durable: false, binDirectory: oldest ?? '' };
    const old = await startEmbeddedPostgres(options);
    await runSql(old.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    await old.stop();
    const before = await inventory(dataDir);
    for (const args of [
      ['up', '--city', 'none'],
      ['keys', 'list'],
      ['backup', path.join(home.path, 'b')],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on one directory
      const refused = await runProgram([...args, '--data-dir', dataDir]);
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toMatch(
        /was made by PostgreSQL 15, this Verimeter has PostgreSQL 18.*not touched.*1\. .*verimeter backup FILE.*2\. .*3\. .*verimeter restore FILE/s,
      );
      expect(refused.stderr).not.toContain('    at ');
      // oxlint-disable-next-line no-await-in-loop
      expect(await inventory(dataDir)).toEqual(before);
    }
    const again = await startEmbeddedPostgres(options);
    expect(await runSql(again.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await again.stop();
  },
);
