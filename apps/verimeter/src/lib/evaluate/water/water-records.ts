import path from 'node:path';
import { type LinesFile, openLines, readLines } from '../json-lines.ts';
import { byLoads } from '../record-head.ts';
import { TINY_WATER, WATER_CELLS } from './water-cells.ts';
import { type WaterCellMetrics, waterMetrics } from './water-metrics.ts';
import { waterRecord, type WaterRecord } from './water-record.ts';

const fileIn = (directory: string): string => path.join(directory, 'water.jsonl');

/** One JSON line per finished fleet. Without `resume` the file begins anew. */
export const openWaterRecords = (
  directory: string,
  resume: boolean,
): Promise<LinesFile<WaterRecord>> => openLines(fileIn(directory), waterRecord, resume);

/** @throws CommandError where a line in the middle is not a record. */
export const readWaterRecords = (directory: string): Promise<WaterRecord[]> =>
  readLines(fileIn(directory), waterRecord);

/** One entry per cell and kind of homes, in the order of the cells. */
export function waterMetricsOfAll(records: readonly WaterRecord[]): WaterCellMetrics[] {
  return [...WATER_CELLS, TINY_WATER].flatMap(({ name }) =>
    byLoads(records.filter(({ cell }) => cell === name)).map(([, own]) => waterMetrics(own)),
  );
}
