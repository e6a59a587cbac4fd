/** A small area with registers and levels over 60 days, as rows of files: late, repeated and contradicting ones among them. */
export interface AgreeingFleet {
  readonly devices: string;
  readonly groups: string;
  readonly members: string;
  readonly readings: string;
  /** What becomes of the rows of the readings, whatever the store. */
  readonly stored: number;
  readonly duplicate: number;
  readonly conflicting: number;
  readonly rejected: number;
  readonly channels: readonly { readonly deviceId: string; readonly quantity: string }[];
  readonly fromMs: number;
  readonly toMs: number;
}

const METERS = 6;
const DAYS = 60;
const STEP_MS = 900_000;

/** A reproducible number in [0, 1): a hash of three integers (mulberry32). */
function noise(a: number, b: number, c: number): number {
  let t =
    (Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35)) >>>
    0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

/** Of 60 whole days (UTC) from an instant on. */
export function agreeingFleet(fromMs: number): AgreeingFleet {
  const ids = Array.from({ length: METERS }, (_, m) => `A${m + 1}`);
  const onTime: string[] = [];
  const late: string[] = [];
  const counts = { stored: 0, duplicate: 0, conflicting: 0, rejected: 1 };
  const add = (id: string, quantity: string, k: number, value: string): void => {
    // Some instants are off the grid, to the microsecond.
    const ts = new Date(fromMs + k * STEP_MS)
      .toISOString()
      .replace('.000Z', k % 701 === 9 ? '.000001Z' : 'Z');
    const row = `${id},${quantity},${ts},${value}`;
    (noise(k, id.length, id.charCodeAt(1)) < 0.01 ? late : onTime).push(row);
    counts.stored += 1;
    if (k % 331 === 17) {
      late.push(row);
      counts.duplicate += 1;
    }
    if (k % 997 === 23) {
      late.push(`${id},${quantity},${ts},1${value}`, `${id},${quantity},${ts},1${value}`);
      counts.conflicting += 1;
      counts.duplicate += 1;
    }
  };
  const registers = ids.map((_, m) => 1000 + 37 * m);
  let supply = 50_000;
  for (let k = 0; k <= DAYS * 96; k += 1) {
    let total = 0;
    for (const [m, id] of ids.entries()) {
      const hour = (k % 96) / 4;
      const watts =
        80 +
        700 * Math.exp(-(((hour - 19 - (m % 5) / 2) / 2.5) ** 2)) * (0.5 + noise(m, k, 3)) +
        900 * noise(m, k >> 2, 9);
      total += watts / 4000;
      registers[m] = (registers[m] ?? 0) + (watts / 4000) * (m === 4 ? 1.07 : 1);
      add(id, 'active_energy_import', k, (registers[m] ?? 0).toFixed(3));
    }
    supply += total * 1.02;
    add('SUM', 'active_energy_import', k, supply.toFixed(2));
    add('A1', 'voltage_l1', k, String(229 + 3 * noise(1, k, 5)));
  }
  return {
    ...counts,
    fromMs,
    toMs: fromMs + (DAYS * 96 + 1) * STEP_MS,
    channels: [...ids, 'SUM']
      .map((deviceId) => ({ deviceId, quantity: 'active_energy_import' }))
      .concat({ deviceId: 'A1', quantity: 'voltage_l1' }),
    devices: `device_id,kind,model,accuracy_class,verified_on,valid_until\n${ids
      .map((id) => `${id},electricity_meter,E1,1,2021-03-01,2029-03-01\n`)
      .join('')}SUM,electricity_meter,E9,0.5S,2021-03-01,2029-03-01\n`,
    groups: 'group_id,kind\nA,electricity_area\n',
    members: `group_id,device_id,role\nA,SUM,supply\n${ids.map((id) => `A,${id},consumer\n`).join('')}`,
    readings: `device_id,quantity,ts,value\n${[...onTime, 'NOBODY,voltage_l1,2025-01-01T00:00:00Z,1', ...late].join('\n')}\n`,
  };
}
