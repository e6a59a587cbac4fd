/** What is published and stored: the same rows by message and as they come, for the raw limit. */
export interface Workload {
  readonly name: 'single' | 'profile';
  readonly readingsPerMessage: number;
  message(index: number): readonly [topic: string, payload: string];
  /** Readings of message `index`: quantity, microseconds since 1970, value. */
  rows(
    index: number,
    add: (device: number, quantity: string, tsUs: number, value: number) => void,
  ): void;
}

export const TENANT = 'demo';
export const QUANTITIES = ['active_energy_import', 'voltage_l1', 'active_power'] as const;
const [REGISTER, VOLTAGE, POWER] = QUANTITIES;
/** Its values are counted up: the instants at which they become visible are the latency. */
export const PROBE = 'probe';

export const deviceId = (device: number): string => `D${device}`;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
const PROFILE_LENGTH = 96;

const topicOf = (device: number): string => `verimeter/v1/${TENANT}/${deviceId(device)}/readings`;

/** Registers count up from one measurement to the next: one that falls or jumps would be looked at beside what is measured. */
const register = (ms: number): string =>
  (((ms - Date.parse('2020-01-01T00:00:00Z')) / 3_600_000) * KILOWATTS).toFixed(3);
const KILOWATTS = 0.4;

/** Messages of three readings, a minute apart per device, from `startMs` on. */
function singleMessages(devices: number, startMs: number): Workload {
  const instant = (index: number): number => startMs + Math.floor(index / devices) * MINUTE_MS;
  return {
    name: 'single',
    readingsPerMessage: QUANTITIES.length,
    message(index) {
      const ms = instant(index);
      const ts = new Date(ms).toISOString();
      const values = `"${REGISTER}":${register(ms)},"${VOLTAGE}":229.${index % 10},"${POWER}":${index % 5000}`;
      return [topicOf(index % devices), `{"ts":"${ts}","values":{${values}}}`];
    },
    rows(index, add) {
      const ms = instant(index);
      const tsUs = ms * 1000;
      const device = index % devices;
      add(device, REGISTER, tsUs, Number(register(ms)));
      add(device, VOLTAGE, tsUs, 229 + (index % 10) / 10);
      add(device, POWER, tsUs, index % 5000);
    },
  };
}

/** Load profiles: a day of quarter hours of a register in one message. */
function profileMessages(devices: number, startMs: number): Workload {
  const start = (index: number): number => startMs + Math.floor(index / devices) * DAY_MS;
  return {
    name: 'profile',
    readingsPerMessage: PROFILE_LENGTH,
    message(index) {
      const ms = start(index);
      const values = Array.from({ length: PROFILE_LENGTH }, (_, k) =>
        register(ms + k * QUARTER_MS),
      );
      const begin = new Date(ms).toISOString();
      return [
        topicOf(index % devices),
        `{"quantity":"${REGISTER}","start":"${begin}","step":900,"values":[${values.join(',')}]}`,
      ];
    },
    rows(index, add) {
      for (let k = 0; k < PROFILE_LENGTH; k += 1) {
        const ms = start(index) + k * QUARTER_MS;
        add(index % devices, REGISTER, ms * 1000, Number(register(ms)));
      }
    },
  };
}

export const makeWorkload = (kind: Workload['name'], devices: number, startMs: number): Workload =>
  kind === 'single' ? singleMessages(devices, startMs) : profileMessages(devices, startMs);
