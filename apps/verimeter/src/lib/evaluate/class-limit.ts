import { errorLimit } from '@verimeter/metrology';

/** All meters of a trial are of class 1. */
const limits = errorLimit('electricity_meter', '1', 'active_energy_import');
if (limits === undefined) throw new Error('class 1 without limits');

export const CLASS_LIMITS = limits;
export const CLASS_LIMIT = limits.limit;
