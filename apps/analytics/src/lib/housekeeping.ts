/** Quantities of a sensor that are about itself, not about the air. */
export const HOUSEKEEPING: ReadonlySet<string> = new Set(['battery', 'rssi']);
