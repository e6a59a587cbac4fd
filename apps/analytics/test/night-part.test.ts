import type { JudgedArea } from '@verimeter/drift';
import { expect, test } from 'vitest';
import type { AreaReport, NightFrame } from '../src/lib/night/night-context.ts';
import { sampled } from '../src/lib/night/night-part.ts';

const learned: JudgedArea = {
  meters: [
    {
      lot: 'one',
      area: 'A',
      healthy: 1,
      deviation: 0.001,
      variance: 1e-6,
      bias: 0.001,
      bayesFactors: new Float32Array(27),
    },
  ],
  lots: {
    area: 'A',
    lots: ['one'],
    lossSeen: true,
    lossShare: 0.02,
    information: Float64Array.of(1),
    moment: Float64Array.of(0),
  },
};

const reportOf = (groupId: string): AreaReport => ({
  groupId,
  outcome: 'went_on',
  meters: 1,
  waiting: [],
  learned,
  asks: false,
});

const frameOf = (teachingShare: number): { frame: NightFrame } => ({
  frame: {
    tenant: 't',
    runId: 1,
    generation: 'g',
    prior: {
      names: [],
      lots: new Map(),
      biasScales: new Map(),
      covariance: new Float64Array(0),
      areas: 0,
    },
    markUs: 0,
    askedUs: undefined,
    latestUs: 0,
    tenantLatestUs: 0,
    cadence: { stepUs: 900e6, phaseUs: 0 },
    looksInAll: false,
    teachingShare,
    late: new Map(),
  },
});

test('a share of the areas teaches how meters drift, the same ones every night; all teach levels', () => {
  const names = Array.from({ length: 20_000 }, (_, k) => `E-A${String(k).padStart(5, '0')}`);
  const teaching = (share: number): Set<string> =>
    new Set(
      names.filter((name) => {
        const { learned: taught } = sampled(frameOf(share), reportOf(name));
        expect(taught?.lots).toBe(learned.lots);
        expect(taught?.meters[0]?.deviation).toBe(0.001);
        return taught?.meters[0]?.bayesFactors !== undefined;
      }),
    );
  const tenth = teaching(0.1);
  expect(tenth.size / names.length).toBeGreaterThan(0.08);
  expect(tenth.size / names.length).toBeLessThan(0.12);
  expect(teaching(0.1)).toEqual(tenth);
  expect(teaching(1).size).toBe(names.length);
});
