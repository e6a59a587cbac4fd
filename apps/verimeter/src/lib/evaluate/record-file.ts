import path from 'node:path';
import { fleetRecord, type FleetRecord } from './fleet-record.ts';
import { type LinesFile, openLines, readLines } from './json-lines.ts';

const fileIn = (directory: string): string => path.join(directory, 'fleets.jsonl');

/** One JSON line per finished fleet. Without `resume` the file begins anew. */
export function openRecordFile(
  directory: string,
  resume: boolean,
): Promise<LinesFile<FleetRecord>> {
  return openLines(fileIn(directory), fleetRecord, resume);
}

/** @throws CommandError where a line in the middle is not a record. */
export function readRecords(directory: string): Promise<FleetRecord[]> {
  return readLines(fileIn(directory), fleetRecord);
}
