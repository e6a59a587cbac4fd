import { addDays } from './calendar-date.ts';

/** A public holiday on the same date each year. */
export interface FixedHoliday {
  /** `MM-DD`. */
  readonly day: string;
  readonly name: { readonly vi: string; readonly en: string };
  readonly source: string;
}

const LABOUR_CODE = 'Bộ luật Lao động 45/2019/QH14, Điều 112.1';

/**
 * Public holidays of Vietnam with a fixed date. The Lunar New Year (5 days), the Hung Kings' day (10-03 of the lunar year), the second day of
 * National Day (chosen each year, before or after it) and days given in exchange are announced each year: the tenant enters them.
 */
export const VIETNAMESE_HOLIDAYS: readonly FixedHoliday[] = [
  {
    day: '01-01',
    name: { vi: 'Tết Dương lịch', en: "New Year's Day" },
    source: `${LABOUR_CODE}.a`,
  },
  {
    day: '04-30',
    name: { vi: 'Ngày Chiến thắng', en: 'Reunification Day' },
    source: `${LABOUR_CODE}.c`,
  },
  {
    day: '05-01',
    name: { vi: 'Ngày Quốc tế lao động', en: 'Labour Day' },
    source: `${LABOUR_CODE}.d`,
  },
  {
    day: '09-02',
    name: { vi: 'Quốc khánh', en: 'National Day' },
    source: `${LABOUR_CODE}.đ`,
  },
];

/** What a tenant says of single days, which goes before week and law. */
export interface CalendarDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly isWorking: boolean;
}

/** Monday to Friday, holidays left out. */
export function isWorkingDay(
  date: string,
  days: readonly CalendarDay[],
  holidays: readonly FixedHoliday[] = VIETNAMESE_HOLIDAYS,
): boolean {
  const own = days.find(({ day }) => day === date);
  if (own !== undefined) return own.isWorking;
  if (holidays.some(({ day }) => day === date.slice(5))) return false;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/** Farther nobody counts: a calendar without working days ends here. */
const FARTHEST_DAYS = 4000;

/** The day on which the `count`-th working day after a date ends; the date itself does not count. */
export function addWorkingDays(
  date: string,
  count: number,
  days: readonly CalendarDay[],
  holidays: readonly FixedHoliday[] = VIETNAMESE_HOLIDAYS,
): string {
  let day = date;
  let left = count;
  for (let step = 0; left > 0 && step < FARTHEST_DAYS; step++) {
    day = addDays(day, 1);
    if (isWorkingDay(day, days, holidays)) left -= 1;
  }
  return day;
}
