import type { DeviceEventState } from '../reading.ts';
import type { DeviceFlag } from './device-conditions.ts';

/** Words of status texts, whole and in upper case, by the flag they raise; one may raise two. */
const TOKENS_OF: Readonly<Partial<Record<DeviceFlag, string>>> = {
  leak: `LEAK LEAKAGE LEAKING LEAK_FLOW_LOW LEAK_FLOW_HIGH CONTINUOUS_FLOW LEAKAGE_COLD_WATER LEAKAGE_HOT_WATER
    IN_A1_LEAKAGE_IN_THE_SYSTEM IN_A2_LEAKAGE_IN_THE_SYSTEM IN_B1_LEAKAGE_IN_THE_SYSTEM IN_B2_LEAKAGE_IN_THE_SYSTEM
    V1_V2_LEAKAGE_WATER_LOSS V1_V2_LEAKAGE_WATER_PENETRATION V1V2_LEAK_OUT V1V2_LEAK_IN`,
  burst: `BURST BURSTING BROKEN_PIPE BURST_WATER_LOSS V1_V2_BURST_WATER_LOSS V1_V2_BURST_WATER_PENETRATION V1V2_BURST_OUT
    V1V2_BURST_IN`,
  reverse_flow: `REVERSE REVERSE_FLOW BACKFLOW BACK_FLOW BACKFLOWING WRONG_FLOW_DIRECTION V1_WRONG_FLOW_DIRECTION
    V2_WRONG_FLOW_DIRECTION V1_REVERSE`,
  dry: 'DRY AIR_INSIDE V1_AIR V2_AIR FLOW_SENSOR_WEAK_OR_AIR PIPE_EMPTY',
  tamper: `TAMPER TAMPERING SABOTAGE MANIPULATION SENSOR_FRAUD SENSOR_FRAUD_ATTEMPT MECHANICAL_FRAUD STRONG_LIGHT REMOVED
    REMOVAL_DETECTED MODULE_REMOVED SABOTAGE_ENCLOSURE SEAL_BROKEN`,
  magnetic_field:
    'MAGNETIC_FIELD MAGNETIC_MANIPULATION MAGNETIC_FRAUD_ATTEMPT MAGNETIC_FRAUD_PRESENT',
  cover_open: 'SABOTAGE_ENCLOSURE SEAL_BROKEN',
  battery_low: `BATTERY_LOW LOW_BATTERY LOW_BATTERY_LEVEL OK_BATTERY_LOW BATTERY_EOL BATTERY_EXPIRED BATTERY_VOLTAGE_ERROR
    LOW_BATTERY_VOLTAGE CRITICAL_BATTERY_VOLTAGE BATTERY_LIFETIME_THRESHOLD_EXCEEDED`,
  clock_error:
    'RTC_ERROR CODE_207_ABNORMAL_INTERNAL_CLOCK_FUNCTION CODE_205_DATE_TIME_RESET_DUE_TO_POWER_FAILUER',
  permanent_error: `PERMANENT_ERROR METER_HARDWARE_ERROR ELECTRONICS_ERROR CODE_101_EEPROM_ERROR EEPROM1_ERROR RAM_ERROR ROM_ERROR
    FLASH_ERROR MEMORY_ERROR HARDWARE_ERROR1 HARDWARE_ERROR2 HARDWARE_ERROR3 ERROR_ELECTRONICS_DEFECT`,
  temporary_error: `TEMPORARY_ERROR ERROR ERROR_MEASURING MEASUREMENT_ERROR SENSOR_ERROR V1_COM_ERROR V1_LOW_SIGNAL`,
  power_loss: `VOLTAGE_INTERRUPTED CODE_205_DATE_TIME_RESET_DUE_TO_POWER_FAILUER POWER_OFF`,
};
/** Of the mains or of a battery: the device decides. */
const POWER_LOW = 'POWER_LOW';
/** Not faults. */
const INFORMATION = new Set([
  'OK',
  'SUMMER_TIME',
  'SINGLE_PHASE_METER',
  'THREE_PHASE_METER',
  'SAVING',
]);

const FLAGS_OF: ReadonlyMap<string, readonly DeviceFlag[]> = flagsByToken();

function flagsByToken(): Map<string, DeviceFlag[]> {
  const flags = new Map<string, DeviceFlag[]>();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- keys of the table above
  for (const [flag, tokens] of Object.entries(TOKENS_OF) as [DeviceFlag, string][])
    for (const token of tokens.split(/\s+/)) {
      const own = flags.get(token);
      if (own === undefined) flags.set(token, [flag]);
      else own.push(flag);
    }
  return flags;
}

const BEFORE_PAST = ['P_', 'PREV_', 'WAS_'];
const BEHIND_PAST = ['_PAST', '_PREV_MONTH', '_THIS_MONTH'];

/** The word without what puts it in the past; undefined: it tells of now. */
function pastOf(token: string): string | undefined {
  const before = BEFORE_PAST.find((prefix) => token.startsWith(prefix));
  if (before !== undefined) return token.slice(before.length);
  const behind = BEHIND_PAST.find((suffix) => token.endsWith(suffix));
  return behind === undefined ? undefined : token.slice(0, -behind.length);
}

/** What a word of a status says. Without flags it is information where `isFault` is false, else a text that stands for itself. */
export interface TokenMeaning {
  readonly flags: readonly DeviceFlag[];
  readonly state: Exclude<DeviceEventState, 'cleared'>;
  readonly isFault: boolean;
}

const UNKNOWN: TokenMeaning = { flags: [], state: 'active', isFault: true };
const NOTHING: TokenMeaning = { flags: [], state: 'active', isFault: false };

/** @param token one word in any case, without spaces */
export function tokenMeaning(token: string, isOnMains: boolean): TokenMeaning {
  const word = token.toUpperCase();
  if (INFORMATION.has(word)) return NOTHING;
  const now = flagsOf(word, isOnMains);
  if (now !== undefined) return { flags: now, state: 'active', isFault: true };
  const past = pastOf(word);
  const then = past === undefined ? undefined : flagsOf(past, isOnMains);
  return then === undefined ? UNKNOWN : { flags: then, state: 'past', isFault: true };
}

function flagsOf(word: string, isOnMains: boolean): readonly DeviceFlag[] | undefined {
  if (word === POWER_LOW) return isOnMains ? ['power_loss'] : ['battery_low'];
  return FLAGS_OF.get(word);
}
