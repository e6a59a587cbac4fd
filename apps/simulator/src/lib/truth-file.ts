import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { TruthFile } from './truth.ts';

export const TRUTH_FILE = 'truth.json';

const fault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), size: z.number(), sinceDay: z.number() }),
  z.object({
    kind: z.literal('ramp'),
    size: z.number(),
    sinceDay: z.number(),
    untilDay: z.number(),
  }),
  z.object({ kind: z.literal('stopped'), sinceDay: z.number() }),
]);

const airFault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gain_ramp'), perYear: z.number(), sinceDay: z.number() }),
  z.object({ kind: z.literal('gain_step'), size: z.number(), sinceDay: z.number() }),
  z.object({ kind: z.literal('offset_step'), size: z.number(), sinceDay: z.number() }),
  z.object({ kind: z.literal('stuck'), sinceDay: z.number() }),
  z.object({ kind: z.literal('noise'), factor: z.number(), sinceDay: z.number() }),
]);

const waterFault = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('drift'),
    size: z.number(),
    sinceDay: z.number(),
    untilDay: z.number().optional(),
  }),
  z.object({
    kind: z.literal('wear'),
    factor: z.number(),
    sinceDay: z.number(),
    untilDay: z.number().optional(),
  }),
  z.object({ kind: z.literal('stopped'), sinceDay: z.number() }),
  z.object({ kind: z.literal('customer-leak'), litresPerHour: z.number(), sinceDay: z.number() }),
  z.object({ kind: z.literal('backflow'), litresPerNight: z.number(), sinceDay: z.number() }),
  z.object({ kind: z.literal('air'), litresPerReturn: z.number(), sinceDay: z.number() }),
]);

const schema = z.object({
  seed: z.number(),
  size: z.string(),
  origin: z.string(),
  days: z.number(),
  asOf: z.string(),
  meters: z.array(
    z.object({
      deviceId: z.string(),
      listedIn: z.string(),
      fedBy: z.string(),
      baseError: z.number(),
      trueError: z.number(),
      clockError: z.number(),
      fault: fault.nullable(),
      meanWatts: z.number(),
      phases: z.array(z.number()),
      feeder: z.number(),
    }),
  ),
  areas: z.array(
    z.object({
      groupId: z.string(),
      supplyId: z.string(),
      supplyError: z.number(),
      supplyClockError: z.number(),
      lossRatio: z.number(),
    }),
  ),
  sensors: z.array(
    z.object({
      deviceId: z.string(),
      quantity: z.enum(['pm2_5', 'pm10', 'no2', 'o3', 'temperature', 'humidity', 'pressure']),
      trueError: z.number(),
      replacedOnDay: z.number().nullable(),
      fault: airFault.nullable(),
    }),
  ),
  water: z.array(
    z.object({
      deviceId: z.string(),
      trueError: z.number().nullable(),
      baseError: z.number().nullable(),
      litresPerDay: z.number(),
      fault: waterFault.nullable(),
    }),
  ),
});

/** What the simulator of a state directory wrote down about its city. Only to be shown beside finished results. */
export async function readTruth(stateDir: string): Promise<TruthFile> {
  return schema.parse(JSON.parse(await readFile(join(stateDir, TRUTH_FILE), 'utf8')));
}
