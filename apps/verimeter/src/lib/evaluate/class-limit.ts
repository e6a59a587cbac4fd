import { errorLimit } from '@verimeter/metrology';

interface Limits {
  readonly limit: number;
  readonly inServiceLimit: number;
}

function limitsOfClass(accuracyClass: string): Limits {
  const limits = errorLimit('electricity_meter', accuracyClass, 'active_energy_import');
  if (limits === undefined) throw new Error(`class ${accuracyClass} without limits`);
  return { limit: limits.limit, inServiceLimit: limits.inServiceLimit };
}

/** Of the meters that are judged. */
export const CLASS_LIMITS = limitsOfClass('1');
/** Of supply meters: their errors of sd 0.3 % are those of a uniform distribution within 0.5 %. */
export const SUPPLY_LIMITS = limitsOfClass('0.5');
