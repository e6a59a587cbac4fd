import type { CycleRule } from '../cycle-rule.ts';

export const CHINA: readonly CycleRule[] = [
  {
    id: 'cn-electricity-class-1-2',
    category: 'electricity_meter',
    accuracyClasses: ['1', '2', '1.0', '2.0'],
    basis: 'cycle',
    months: 96,
    source: 'JJG 596-2012, text not read',
    status: 'unverified',
  },
  {
    id: 'cn-electricity-class-0.2S-0.5S',
    category: 'electricity_meter',
    accuracyClasses: ['0.2S', '0.5S'],
    basis: 'cycle',
    months: 72,
    source: 'JJG 596-2012, text not read',
    status: 'unverified',
  },
];
