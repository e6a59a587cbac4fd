/** A small area made by formula, as a utility would hand it over: 20 meters and their supply meter for 30 days. */
export interface HandMadeArea {
  readonly devices: string;
  readonly groups: string;
  readonly members: string;
  /** Header and rows. */
  readonly readings: readonly string[];
}

const METERS = 20;
const DAYS = 30;
const STEP_MS = 15 * 60_000;
const START_MS = Date.UTC(2026, 9, 1);
const COUNT = DAYS * 96 + 1;

/** A reproducible number in [0, 1): a hash of three integers (mulberry32). */
function noise(a: number, b: number, c: number): number {
  let t =
    (Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35)) >>>
    0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

/** W of customer m in interval k: a base, the evening, and appliances that come and go. */
function watts(m: number, k: number): number {
  const hour = (k % 96) / 4;
  const evening = Math.exp(-(((hour - 19 - (m % 5) / 2) / 2.5) ** 2));
  const appliance = noise(m, Math.floor(k / 3), 7) < 0.2 ? 1200 * noise(m, k, 9) : 0;
  return 60 + 20 * (m % 4) + 700 * evening * (0.5 + noise(m, k, 3)) + appliance;
}

const id = (m: number): string => `H${String(m + 1).padStart(2, '0')}`;

/** Meter `H05` over-registers by 8 %, all others are right; 2.5 % of the energy is lost on the way. */
export function handMadeArea(): HandMadeArea {
  const readings = ['device_id,quantity,ts,value'];
  const registers = Array.from({ length: METERS }, (_item, m) => 1000 + 37 * m);
  let supply = 50_000;
  for (let k = 0; k < COUNT; k += 1) {
    const ts = `${new Date(START_MS + k * STEP_MS).toISOString().slice(0, 19)}Z`;
    if (k > 0) {
      let total = 0;
      for (let m = 0; m < METERS; m += 1) {
        const kwh = watts(m, k) / 4000;
        total += kwh;
        registers[m] = (registers[m] ?? 0) + kwh * (m === 4 ? 1.08 : 1);
      }
      supply += total * 1.025;
    }
    for (let m = 0; m < METERS; m += 1)
      readings.push(`${id(m)},active_energy_import,${ts},${(registers[m] ?? 0).toFixed(3)}`);
    readings.push(`HSUM,active_energy_import,${ts},${supply.toFixed(3)}`);
  }
  const ids = Array.from({ length: METERS }, (_item, m) => id(m));
  return {
    devices: [
      'device_id,kind,manufacturer,model,accuracy_class,built_year,verified_on,valid_until',
      ...ids.map((meter) => `${meter},electricity_meter,Acme,E1,1,2020,2021-03-01,2027-03-01`),
      'HSUM,electricity_meter,Acme,E9,0.5S,2020,2020-11-01,2026-11-20',
      'HGW,gateway,Acme,G1,,,,',
      'HX,electricity_meter,Acme,E1,,2020,2019-01-01,2025-01-01',
      '',
    ].join('\n'),
    groups: 'group_id,kind,name,technical_loss\nH,electricity_area,By hand,\n',
    members: [
      'group_id,device_id,role,from,to',
      ...ids.map((meter) => `H,${meter},consumer,,`),
      'H,HSUM,supply,,',
      '',
    ].join('\n'),
    readings,
  };
}

/** The rows in another order, the same one each time. */
export function shuffled(rows: readonly string[]): string[] {
  const copy = [...rows];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = Math.floor(noise(index, 1, 2) * (index + 1));
    const held = copy[index] ?? '';
    copy[index] = copy[other] ?? '';
    copy[other] = held;
  }
  return copy;
}
