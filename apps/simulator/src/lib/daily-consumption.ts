import { originMs, STEP_HOURS, STEPS_PER_DAY } from './calendar.ts';
import { drawCustomer } from './customer.ts';
import { createLoadBuffer, LEAD_STEPS } from './load-buffer.ts';
import { writeLoads } from './loads.ts';
import { cityWeather } from './weather.ts';

/** kW.h per day (UTC) of a customer of the simulated city over days from a date on, without any meter. */
export function dailyConsumption(
  seed: number,
  key: number,
  { origin, days }: { readonly origin: string; readonly days: number },
): Float64Array {
  const startMs = originMs(origin);
  const customer = drawCustomer(seed, key);
  const buffer = createLoadBuffer(customer.phases, LEAD_STEPS + days * STEPS_PER_DAY);
  writeLoads(buffer, customer, 0, {
    seed,
    startMs,
    days,
    weather: cityWeather(seed, startMs, days),
  });
  const energy = new Float64Array(days);
  for (let port = 0; port < customer.phases; port += 1)
    for (let step = LEAD_STEPS; step < buffer.steps; step += 1) {
      const day = Math.floor((step - LEAD_STEPS) / STEPS_PER_DAY);
      energy[day] =
        (energy[day] ?? 0) + ((buffer.active[port * buffer.steps + step] ?? 0) * STEP_HOURS) / 1000;
    }
  return energy;
}
