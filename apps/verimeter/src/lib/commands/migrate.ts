import { migrate } from '@verimeter/registry';
import type { CommandContext } from '../command.ts';
import { openDatabase } from '../database.ts';
import { say, writeLine } from '../output.ts';

/** Brings the database to the current schema. */
export async function run(context: CommandContext): Promise<number> {
  const embedded = context.environment.databaseUrl === undefined;
  // Opening the embedded database migrates it: then nothing is left to apply.
  const database = await openDatabase(context.environment);
  try {
    const { applied } = await migrate(database.url, {
      onProgress: (name) => say(`applying ${name}`),
    });
    if (context.json) await writeLine(JSON.stringify({ applied }));
    else
      say(
        applied.length === 0
          ? `the ${embedded ? 'embedded ' : ''}database is current`
          : `${applied.length} migrations applied`,
      );
    return 0;
  } finally {
    await database.close();
  }
}
