import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import {
  checkWaterMeter,
  learnWaterFleet,
  type WaterMeterFinding,
  type WaterMeterSeries,
} from '@verimeter/drift';
import { CommandError } from '../../arguments.ts';

const HOUR_US = 3600e6;
const ROW = /^([^;]+);(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d);(\d+(?:e\+\d+)?);/;

/** Findings in registers as they came: with falls, jumps and long gaps. */
export interface RawRegisters {
  readonly meters: number;
  readonly falls: number;
  readonly findings: Readonly<Partial<Record<WaterMeterFinding['kind'], number>>>;
}

/**
 * Reads `user key;dd/mm/yyyy hh:mm:ss;litres;difference` and puts each reading at the full hour before it; all checks at the last reading.
 * Undefined where the folder has no such file.
 */
export async function judgeRawRegisters(folder: string): Promise<RawRegisters | undefined> {
  const file = await findFile(folder);
  if (file === undefined) return undefined;
  const bytes = await readFile(file);
  const text = (file.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
  const readings = new Map<string, { hour: number; m3: number }[]>();
  for (const line of text.split(/\r?\n/).slice(1)) {
    if (line === '') continue;
    const cells = ROW.exec(line);
    if (cells === null) throw new CommandError(`${file}: not a reading: ${line}`);
    const [, user = '', day, month, year, hours, minutes, seconds, litres] = cells;
    const at = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
    const own = readings.get(user) ?? [];
    own.push({ hour: Math.floor(at / 3_600_000), m3: Number(litres) / 1000 });
    readings.set(user, own);
  }
  const all = [...readings.values()].flat().map(({ hour }) => hour);
  const first = all.reduce((least, hour) => Math.min(least, hour), Infinity);
  const count = all.reduce((most, hour) => Math.max(most, hour), 0) - first + 1;
  let falls = 0;
  const meters = [...readings].map(([deviceId, own]): WaterMeterSeries => {
    const register = new Float64Array(count).fill(NaN);
    for (const { hour, m3 } of own) register[hour - first] = m3;
    const values = register.filter(Number.isFinite);
    falls += values.filter((value, k) => value < (values[k - 1] ?? value)).length;
    return { deviceId, lot: 'raw', limit: 0.05, inServiceLimit: 0.1, register };
  });
  const grid = { startUs: first * HOUR_US, stepUs: HOUR_US, count };
  const context = learnWaterFleet({ grid, zoneMinutes: 60, meters }, Infinity);
  const findings: Partial<Record<WaterMeterFinding['kind'], number>> = {};
  for (const meter of meters)
    for (const { kind } of checkWaterMeter(meter, context).findings)
      findings[kind] = (findings[kind] ?? 0) + 1;
  return { meters: meters.length, falls, findings };
}

async function findFile(folder: string): Promise<string | undefined> {
  for (const directory of [folder, path.join(folder, 'water-daiad-hourly')]) {
    // oxlint-disable-next-line no-await-in-loop
    const names = await readdir(directory).catch((): string[] => []);
    const name = names.toSorted().find((entry) => /raw.*registers.*\.csv(\.gz)?$/.test(entry));
    if (name !== undefined) return path.join(directory, name);
  }
  return undefined;
}
