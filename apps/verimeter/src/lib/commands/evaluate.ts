import { choice, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { evaluateCity } from '../evaluate/evaluate-city.ts';
import { evaluateDevices } from '../evaluate/devices/evaluate-devices.ts';
import { evaluateElectricity } from '../evaluate/evaluate-electricity.ts';
import { evaluateGolden } from '../evaluate/evaluate-golden.ts';
import { evaluateReport } from '../evaluate/evaluate-report.ts';
import { evaluateLots } from '../evaluate/lots/evaluate-lots.ts';
import { evaluateValidation } from '../evaluate/validation/evaluate-validation.ts';
import { evaluateSensors } from '../evaluate/sensors/evaluate-sensors.ts';
import { evaluateWater } from '../evaluate/water/evaluate-water.ts';
import { evaluateWaterMeters } from '../evaluate/water-meters/evaluate-water-meters.ts';

const TASKS = {
  electricity: evaluateElectricity,
  water: evaluateWater,
  'water-meters': evaluateWaterMeters,
  city: evaluateCity,
  report: evaluateReport,
  golden: evaluateGolden,
  validation: evaluateValidation,
  sensors: evaluateSensors,
  devices: evaluateDevices,
  lots: evaluateLots,
} as const;

/** Measures the estimator on simulated areas and districts whose errors are known. */
export async function run(context: CommandContext): Promise<number> {
  const [what, surplus] = context.positionals;
  const task = choice(
    what,
    [
      'electricity',
      'water',
      'water-meters',
      'sensors',
      'devices',
      'lots',
      'city',
      'report',
      'golden',
      'validation',
    ],
    'what to evaluate',
  );
  if (surplus !== undefined) throw new UsageError(`evaluate: ${surplus} is too much`);
  return TASKS[task](context);
}
