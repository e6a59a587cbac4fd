import { expect, it } from 'vitest';
import { buildTrialDistrict, openValve, TRIAL_DISTRICT } from '../src/index.ts';

const built = [0, 1].map((district) => {
  const options = { ...TRIAL_DISTRICT, homes: 12, days: 14, district };
  return { options, district: buildTrialDistrict(options) };
});

it('what one supply counts while a valve is open the other one does not, and nothing else changes', () => {
  const [first, second] = built;
  if (first === undefined || second === undefined) throw new RangeError('no districts');
  const [giver, taker] = openValve(first, second, { sinceDay: 4, untilDay: 9, share: 0.2 });
  const perDay = giver.flow.supply.length / (14 + 1 / 24);
  giver.flow.supply.forEach((volume, step) => {
    const before =
      (first.district.flow.supply[step] ?? 0) + (second.district.flow.supply[step] ?? 0);
    expect(Math.abs(volume + (taker.flow.supply[step] ?? 0) - before)).toBeLessThan(1e-12);
    const passed = volume - (first.district.flow.supply[step] ?? 0);
    const day = step / perDay;
    // a day is not a whole number of parts of the window
    if (day < 3.9 || day > 9.1) expect(passed).toBe(0);
    if (day > 4.1 && day < 8.9)
      expect(passed).toBeCloseTo(0.2 * (second.district.flow.supply[step] ?? 0), 12);
  });
  for (const [own, before] of [
    [giver, first.district],
    [taker, second.district],
  ] as const)
    own.meters.forEach((meter, i) => {
      const known = before.meters[i];
      expect(meter.deviceId).toBe(known?.deviceId);
      expect(meter.pressure).toEqual(known?.pressure);
      const day = (m: typeof meter | undefined, at: number): number =>
        (m?.register[24 * at + 24] ?? NaN) - (m?.register[24 * at] ?? NaN);
      expect(day(meter, 1)).toBe(day(known, 1));
      if (meter.lot === 'supply') expect(day(meter, 6)).not.toBe(day(known, 6));
      else expect(meter.register).toEqual(known?.register);
    });
});
