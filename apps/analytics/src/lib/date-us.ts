/** Microseconds since 1970 of 00:00 UTC of a date. */
export const dateUs = (date: string): number => Date.parse(`${date}T00:00:00Z`) * 1000;
