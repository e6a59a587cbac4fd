/** Offsets of a zone from UTC in winter and summer of a year, minutes; one where it has no summer time, none where it is not known. */
export function zoneOffsets(zone: string, year: number): number[] {
  const offsets = [0, 6].flatMap((month) => offsetAt(zone, Date.UTC(year, month, 1)) ?? []);
  return [...new Set(offsets)];
}

function offsetAt(zone: string, ms: number): number | undefined {
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
      .formatToParts(ms)
      .find(({ type }) => type === 'timeZoneName')?.value;
    const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name ?? '');
    if (match === null) return undefined;
    const [, sign, hours = '0', minutes = '0'] = match;
    return (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes)) + 0;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a name that this system does not know
    throw error;
  }
}
