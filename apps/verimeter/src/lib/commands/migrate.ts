import { migrate } from '@verimeter/registry';
import { TimescaleUnavailableError, chooseLayout } from '@verimeter/timescale-store';
import { CommandError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openDatabase } from '../database.ts';
import { say, writeLine } from '../output.ts';

/** Brings the database to the current schema, and readings that are none yet into the table that READING_STORE asks for. */
export async function run(context: CommandContext): Promise<number> {
  const embedded = context.environment.databaseUrl === undefined;
  // Opening the embedded database migrates it: then nothing is left to apply.
  const database = await openDatabase(context.environment);
  try {
    const { applied } = await migrate(database.url, {
      onProgress: (name) => say(`applying ${name}`),
    });
    const store = await makeStore(database.url, context);
    if (context.json) await writeLine(JSON.stringify({ applied, store }));
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

async function makeStore(url: string, context: CommandContext): Promise<'timescale' | 'postgres'> {
  const { engine } = context.environment.readingStore;
  try {
    const choice = await chooseLayout(url, engine === 'questdb' ? 'postgres' : engine);
    if (choice.kind === 'timescale') {
      if (choice.made) say('readings is a hypertable of TimescaleDB');
      else if (engine === 'postgres')
        say(
          'readings is a hypertable of TimescaleDB already and stays one; set READING_STORE to timescale or auto',
        );
    } else if (choice.reason !== undefined)
      say(`readings is a table of plain PostgreSQL: ${choice.reason}`);
    return choice.kind;
  } catch (error) {
    if (!(error instanceof TimescaleUnavailableError)) throw error;
    throw new CommandError(`READING_STORE=timescale: ${error.message}`, { cause: error });
  }
}
