/** WS-01: fields that may hold words of a status, now and in the past. */
export const STATUS_NOW = [
  'status',
  'current_status',
  'error_flags',
  'error',
  'frame_status',
  'alarm_flags',
  'warning_flags',
] as const;
export const STATUS_PAST = 'historic_status';
export const STATUS_FIELDS: readonly string[] = [...STATUS_NOW, STATUS_PAST];
