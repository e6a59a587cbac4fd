import type { DeviceCondition } from './device-conditions.ts';

/** Words of events that follow no code, in the order in which they are asked. */
const WORDS: readonly (readonly [RegExp, DeviceCondition])[] = [
  [/magnet|dc_?field/, 'magnetic_field'],
  [/cover|case_?open|terminal_?open/, 'cover_open'],
  [/reverse|backflow|wrong_?direction/, 'reverse_flow'],
  [/tamper|fraud|revenue_?protection|bypass/, 'tamper'],
  [
    /measur\w*_(system_)?(error|fault|fail)|metrolog\w*_(error|fault)|sensor_(error|fault|fail)/,
    'measurement_error',
  ],
  [
    /memory_(error|fault)|(ram|rom|flash|eeprom|nvram)_(error|fault)|checksum_error/,
    'memory_error',
  ],
  [/clock_(invalid|error|fault|lost)|time_invalid/, 'clock_error'],
  [/battery/, 'battery_low'],
  [/phase_(failure|loss|fail|missing)|missing_phase/, 'phase_failure'],
  [/power_(failure|fail|down|outage|loss)|outage/, 'power_loss'],
];
const ENDING =
  /clos|clear|_ok$|_end|restor|return|_off$|(?<!ab)normal|replaced|^no_|no_longer|any_?more|magnet\w*_removed|field_removed/;

/** A name of an event in lower case with `_` between its words. */
export function wordsOf(event: string): string {
  return event
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_');
}

/** What a name of an event says; undefined: nothing that is known. */
export function conditionOfWords(
  words: string,
): { readonly condition: DeviceCondition; readonly ends: boolean } | undefined {
  const found = WORDS.find(([pattern]) => pattern.test(words));
  return found === undefined ? undefined : { condition: found[1], ends: ENDING.test(words) };
}
