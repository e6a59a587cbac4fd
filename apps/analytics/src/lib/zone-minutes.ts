/** Minutes that a time zone is ahead of UTC at an instant, microseconds since 1970. */
export function zoneMinutes(zone: string, atUs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(Math.floor(atUs / 1000)));
  const written = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(written);
  if (match === null) throw new Error(`no offset of ${zone}: ${written}`);
  const [, sign, hours, minutes] = match;
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}
