const MONTH = /^(\d{4})-(\d{2})$/;

/** The calendar month, YYYY-MM, that it is in a time zone. */
export function monthIn(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}`;
}

/** The month so many months later (earlier, where negative). */
export function laterMonth(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

export function isMonth(text: string): boolean {
  const number = Number(MONTH.exec(text)?.[2] ?? 0);
  return number >= 1 && number <= 12;
}

/** `December 2026`, `tháng 12 năm 2026`. */
export function monthText(month: string, locale: string): string {
  if (!isMonth(month)) return month;
  return new Intl.DateTimeFormat(locale, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${month}-01`));
}

/** `Dec`, `T12`: for the foot of a chart. */
export function shortMonth(month: string, locale: string): string {
  if (locale.startsWith('vi')) return `T${Number(month.slice(5))}`;
  return new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' }).format(
    new Date(`${month}-01`),
  );
}
