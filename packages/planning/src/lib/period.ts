import { addDays, addMonths } from '@verimeter/metrology';

const PERIOD = /^\d{4}-(?:0[1-9]|1[0-2])$/;

/** Whether the text is a month `YYYY-MM`. */
export function isPeriod(text: string): boolean {
  return PERIOD.test(text) && text >= '1900-01' && text <= '9998-12';
}

export const firstDayOf = (period: string): string => `${period}-01`;
export const lastDayOf = (period: string): string => addDays(addMonths(firstDayOf(period), 1), -1);
/** The month `months` later. */
export const laterPeriod = (period: string, months: number): string =>
  addMonths(firstDayOf(period), months).slice(0, 7);

/** Mondays to Fridays of the period that are not before `from`. Public holidays are for whoever sends the teams. */
export function workingDays(period: string, from: string): string[] {
  const last = lastDayOf(period);
  const days: string[] = [];
  for (let day = firstDayOf(period); day <= last; day = addDays(day, 1)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (weekday >= 1 && weekday <= 5 && day >= from) days.push(day);
  }
  return days;
}
