import { describe, expect, test } from 'vitest';
import { addWorkingDays, dueOn, isWorkingDay, requestClock } from '../src/index.ts';

describe('working days', () => {
  test('Monday to Friday, without the fixed holidays of Vietnam', () => {
    expect(isWorkingDay('2026-11-27', [])).toBe(true); // Friday
    expect(isWorkingDay('2026-11-28', [])).toBe(false);
    expect(isWorkingDay('2026-11-29', [])).toBe(false);
    expect(isWorkingDay('2026-09-02', [])).toBe(false); // a Wednesday
  });

  test('what the tenant says of a day goes before week and law', () => {
    const days = [
      { day: '2027-02-08', isWorking: false },
      { day: '2026-11-28', isWorking: true },
    ];
    expect(isWorkingDay('2027-02-08', days)).toBe(false);
    expect(isWorkingDay('2026-11-28', days)).toBe(true);
  });

  test('the day itself does not count; weekends and holidays are passed over', () => {
    // Monday 27-04-2026: 28, 29, then 30-04 and 01-05 are holidays, 2 and 3 a weekend, 4, 5, 6.
    expect(addWorkingDays('2026-04-27', 5, [])).toBe('2026-05-06');
    expect(addWorkingDays('2026-11-29', 5, [])).toBe('2026-12-04');
  });
});

describe('the clock of a request', () => {
  test('electricity has 3 days, water 5 working days, an independent verification 15 days', () => {
    const electricity = requestClock('electricity', 'complaint');
    const water = requestClock('water', 'check');
    const independent = requestClock('electricity', 'independent_verification');
    expect(electricity).toMatchObject({ amount: 3, unit: 'day', status: 'unverified' });
    expect(water).toMatchObject({ amount: 5, unit: 'working_day' });
    expect(independent).toMatchObject({ amount: 15, unit: 'day' });
    expect(electricity && dueOn(electricity, '2026-04-28', [])).toBe('2026-05-01');
    expect(water && dueOn(water, '2026-04-27', [])).toBe('2026-05-06');
    expect(water && dueOn(water, '2026-04-27', [{ day: '2026-05-05', isWorking: false }])).toBe(
      '2026-05-07',
    );
  });

  test('where no rule gives a time, none is made up', () => {
    expect(requestClock('water', 'independent_verification')).toBeUndefined();
  });
});
