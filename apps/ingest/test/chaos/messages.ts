/** Devices with own time, and one without, of which every tenth message is. */
export const DEVICES = 50;
const UNTIMED_EVERY = 10;
const START = '2026-01-01T00:00:00Z';
const START_MS = Date.parse(START);

export const deviceIds = (): string[] => [
  ...Array.from({ length: DEVICES }, (_, k) => `C${k}`),
  'untimed',
  'last',
];

/** Message number `index`: three readings at an instant of their own, or one without a time. */
export function nthMessage(index: number): readonly [topic: string, payload: string] {
  if (index % UNTIMED_EVERY === 0)
    return ['verimeter/v1/demo/untimed/readings', `{"values":{"rssi":${index}}}`];
  const ts = new Date(START_MS + Math.floor(index / DEVICES) * 1000).toISOString();
  const values = `{"active_energy_import":${index},"active_power":${index * 2},"voltage_l1":${index % 400}}`;
  return [`verimeter/v1/demo/C${index % DEVICES}/readings`, `{"ts":"${ts}","values":${values}}`];
}

/** The number of the message with this payload. */
export function numberOf(payload: string): number | undefined {
  const found = /"(?:rssi|active_energy_import)":(\d+)/.exec(payload)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Readings of the message with this number. */
export const readingsOfMessage = (index: number): number => (index % UNTIMED_EVERY === 0 ? 1 : 3);

/** Readings that `count` messages have. */
export function readingsOf(count: number): number {
  const untimed = Math.ceil(count / UNTIMED_EVERY);
  return 3 * (count - untimed) + untimed;
}

/** About as many messages as have so many readings. */
export const messagesOf = (readings: number): number =>
  Math.floor(readings / (3 - 2 / UNTIMED_EVERY));

/**
 * The comparison, message by message: of the readings that $1 messages have those that are not there with their value, those that
 * are there and were never sent, and values without own time that are there more than once.
 */
export const COMPARISON = `
  WITH sent AS (
    SELECT n FROM generate_series(0, $1::int8 - 1) n
  ), timed AS (
    SELECT 'C' || n % ${DEVICES} AS device_id, q.quantity,
           '${START}'::timestamptz + n / ${DEVICES} * interval '1 second' AS ts, q.value
      FROM sent CROSS JOIN LATERAL (VALUES
        ('active_energy_import', n::float8), ('active_power', 2.0 * n), ('voltage_l1', (n % 400)::float8)) q (quantity, value)
     WHERE n % ${UNTIMED_EVERY} <> 0
  ), held AS (
    SELECT c.device_id, c.quantity, r.ts, r.value FROM readings r JOIN channels c USING (channel_id)
  ), compared AS (
    SELECT t.value AS sent, h.value AS held
      FROM timed t FULL JOIN (SELECT * FROM held WHERE device_id NOT IN ('untimed', 'last')) h
        USING (device_id, quantity, ts)
  ), untimed AS (
    SELECT n, count(h.value) AS times
      FROM (SELECT n FROM sent WHERE n % ${UNTIMED_EVERY} = 0) s
      LEFT JOIN (SELECT value FROM held WHERE device_id = 'untimed') h ON h.value = n
     GROUP BY n
  )
  SELECT (SELECT count(*) FROM compared WHERE sent IS NOT NULL AND held IS DISTINCT FROM sent)
           + (SELECT count(*) FROM untimed WHERE times = 0) AS missing,
         (SELECT count(*) FROM compared WHERE sent IS NULL) AS unknown,
         (SELECT coalesce(sum(times - 1), 0)::int8 FROM untimed WHERE times > 1) AS twice,
         (SELECT count(*) FROM reading_conflicts) AS conflicts`;

/** Numbers of the messages of which a reading is stored. */
export const STORED_NUMBERS = `
  SELECT DISTINCT r.value::int8 AS n FROM readings r JOIN channels c USING (channel_id)
   WHERE c.quantity = 'active_energy_import' AND c.device_id LIKE 'C%' OR c.quantity = 'rssi' AND c.device_id = 'untimed'`;
