import type { CycleRule } from '../cycle-rule.ts';

export const GREAT_BRITAIN: readonly CycleRule[] = [
  {
    id: 'gb-electricity',
    category: 'electricity_meter',
    basis: 'sampling',
    source: 'OPSS, in-service testing for gas and electricity meters (BS 6002-1:1993)',
    status: 'confirmed',
    note: 'Populations by manufacturer, model and year of installation are kept or taken out by the result of yearly samples.',
  },
];
