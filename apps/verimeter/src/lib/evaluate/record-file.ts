import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../arguments.ts';
import { fleetRecord, type FleetRecord } from './fleet-record.ts';

export interface RecordFile {
  /** What was there when it was opened. */
  readonly records: readonly FleetRecord[];
  append(record: FleetRecord): Promise<void>;
}

const fileIn = (directory: string): string => path.join(directory, 'fleets.jsonl');

/** One JSON line per finished fleet. Without `resume` the file begins anew. */
export async function openRecordFile(directory: string, resume: boolean): Promise<RecordFile> {
  await mkdir(directory, { recursive: true });
  const file = fileIn(directory);
  const records = resume ? await readRecords(directory).catch(noneYet) : [];
  // What a killed run left half written is dropped: its fleet is run again.
  await writeFile(file, records.map(lineOf).join(''));
  let last: Promise<void> = Promise.resolve();
  return {
    records,
    append(record) {
      last = last.then(() => appendFile(file, lineOf(record)));
      return last;
    },
  };
}

/** @throws CommandError where a line in the middle is not a record. */
export async function readRecords(directory: string): Promise<FleetRecord[]> {
  const file = fileIn(directory);
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '' || index === lines.length - 1) return [];
    const parsed = fleetRecord.safeParse(valueOf(line));
    if (!parsed.success)
      throw new CommandError(
        `${file} line ${index + 1} is not a record of this version (${parsed.error.issues[0]?.path.join('.')}): remove it, or use another --out`,
      );
    return [parsed.data];
  });
}

/** Undefined, which is no record, where the line is not JSON. */
function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const lineOf = (record: FleetRecord): string => `${JSON.stringify(record)}\n`;

function noneYet(error: NodeJS.ErrnoException): FleetRecord[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
