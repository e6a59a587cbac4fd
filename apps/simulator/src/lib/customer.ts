import { type Random, randomStream, STREAM } from './random.ts';

export interface AirConditioner {
  readonly watts: number;
  readonly inverter: boolean;
  /** Outdoor degC from which it is used. */
  readonly from: number;
}

export interface Refrigerator {
  readonly watts: number;
  /** Share of the time the compressor runs at 27 degC. */
  readonly duty: number;
  readonly cycleHours: number;
}

export interface Home {
  readonly kind: 'home';
  readonly people: number;
  /** Probability that somebody is in on a working day. */
  readonly daytime: number;
  readonly wakeHour: number;
  readonly sleepHour: number;
  readonly standby: number;
  readonly lights: number;
  readonly fan: number;
  readonly television: number;
  readonly computer: number;
  readonly rice: number;
  /** 0: cooks with gas. */
  readonly induction: number;
  readonly kettle: number;
  readonly heater: { readonly watts: number; readonly storage: boolean } | undefined;
  readonly washer: number;
  readonly pump: number;
  readonly charger: { readonly watts: number; readonly hours: number } | undefined;
  readonly refrigerators: readonly Refrigerator[];
  readonly bedroomAir: readonly AirConditioner[];
  readonly livingAir: AirConditioner | undefined;
}

export interface Shop {
  readonly kind: 'shop';
  readonly opens: number;
  readonly closes: number;
  readonly lights: number;
  readonly sign: number;
  readonly standby: number;
  readonly refrigerators: readonly Refrigerator[];
  readonly air: AirConditioner | undefined;
  /** Coffee machine or oven of a café, W; 0: none. */
  readonly machine: number;
  readonly closedOn: number | undefined;
}

export interface Workshop {
  readonly kind: 'workshop';
  readonly standby: number;
  readonly lights: number;
  readonly motors: readonly number[];
  readonly compressor: number;
  readonly welder: number;
  readonly busy: number;
}

interface Vacant {
  readonly kind: 'vacant';
  readonly standby: number;
}

type Premises = Home | Shop | Workshop | Vacant;

export interface Customer {
  /** Names the customer's random streams. */
  readonly key: number;
  readonly phases: 1 | 3;
  readonly premises: Premises;
}

/** The customer with a key: who lives or works there and what they own. */
export function drawCustomer(seed: number, key: number): Customer {
  const random = randomStream(seed, STREAM.customer, key);
  const what = random.next();
  if (what < 0.025)
    return { key, phases: 1, premises: { kind: 'vacant', standby: random.uniform(2, 25) } };
  if (what < 0.825) {
    const premises = drawHome(random);
    const large = premises.bedroomAir.length >= 2 && premises.livingAir !== undefined;
    return { key, phases: large && random.chance(0.35) ? 3 : 1, premises };
  }
  if (what < 0.945) {
    const premises = drawShop(random);
    return { key, phases: premises.air !== undefined && random.chance(0.3) ? 3 : 1, premises };
  }
  return { key, phases: random.chance(0.8) ? 3 : 1, premises: drawWorkshop(random) };
}

function drawHome(random: Random): Home {
  const wealth = Math.min(3, Math.max(0.25, Math.exp(0.6 * random.normal())));
  const people = Math.max(
    1,
    Math.min(7, Math.round(1 + 2.4 * random.next() + 0.9 * wealth * random.next())),
  );
  const bedroomAir: AirConditioner[] = [];
  const rooms = random.chance(Math.min(0.97, 0.6 * wealth))
    ? random.integer(1, wealth > 1.2 ? 3 : 2)
    : 0;
  for (let room = 0; room < rooms; room += 1) bedroomAir.push(drawAir(random, 650, 1050));
  return {
    kind: 'home',
    people,
    daytime: random.uniform(0.15, 0.95),
    wakeHour: random.uniform(4.9, 6.8),
    sleepHour: random.uniform(21.4, 23.4),
    standby: random.uniform(7, 34) * wealth,
    lights: random.uniform(35, 110) * wealth,
    fan: random.uniform(28, 55),
    television: random.uniform(50, 140),
    computer: random.chance(0.5) ? random.uniform(60, 220) : 0,
    rice: random.uniform(500, 900),
    induction: random.chance(0.35) ? random.uniform(1100, 2000) : 0,
    kettle: random.chance(0.6) ? random.uniform(1400, 1900) : 0,
    heater: random.chance(0.3 * wealth)
      ? { watts: random.uniform(1500, 2800), storage: random.chance(0.4) }
      : undefined,
    washer: random.chance(0.75) ? random.uniform(280, 450) : 0,
    pump: random.chance(0.35) ? random.uniform(250, 750) : 0,
    charger: random.chance(0.22)
      ? { watts: random.uniform(180, 650), hours: random.uniform(2.5, 5) }
      : undefined,
    refrigerators: Array.from(
      { length: random.chance(0.07) ? 0 : random.chance(0.08 * wealth) ? 2 : 1 },
      () => drawRefrigerator(random, 55, 130),
    ),
    bedroomAir,
    livingAir: random.chance(0.25 * wealth) ? drawAir(random, 900, 1800) : undefined,
  };
}

function drawShop(random: Random): Shop {
  const cafe = random.chance(0.35);
  return {
    kind: 'shop',
    opens: random.uniform(6, 8.5),
    closes: random.uniform(19.5, 22.3),
    lights: random.uniform(80, 420),
    sign: random.uniform(20, 160),
    standby: random.uniform(25, 110),
    refrigerators: Array.from({ length: random.integer(1, cafe ? 3 : 4) }, () =>
      drawRefrigerator(random, 140, 340),
    ),
    air: random.chance(0.45) ? drawAir(random, 1100, 2300) : undefined,
    machine: cafe ? random.uniform(1400, 2800) : 0,
    closedOn: random.chance(0.25) ? 0 : undefined,
  };
}

function drawWorkshop(random: Random): Workshop {
  return {
    kind: 'workshop',
    standby: random.uniform(20, 80),
    lights: random.uniform(80, 320),
    motors: Array.from({ length: random.integer(1, 3) }, () => random.uniform(600, 2400)),
    compressor: random.chance(0.5) ? random.uniform(1100, 2200) : 0,
    welder: random.chance(0.35) ? random.uniform(2500, 4500) : 0,
    busy: random.uniform(0.3, 0.75),
  };
}

function drawAir(random: Random, low: number, high: number): AirConditioner {
  return {
    watts: random.uniform(low, high),
    inverter: random.chance(0.6),
    from: random.uniform(23.5, 29),
  };
}

function drawRefrigerator(random: Random, low: number, high: number): Refrigerator {
  return {
    watts: random.uniform(low, high),
    duty: random.uniform(0.3, 0.55),
    cycleHours: random.uniform(0.45, 1.1),
  };
}

/** Whether a household is away on a local day: one week in fifteen has a trip of two to five days. */
export function isAway(seed: number, customer: Customer, day: number): boolean {
  const week = Math.floor(day / 7);
  for (const candidate of [week - 1, week]) {
    const random = randomStream(seed, STREAM.travel, customer.key, candidate);
    if (!random.chance(0.065)) continue;
    const from = 7 * candidate + random.integer(0, 6);
    if (day >= from && day < from + random.integer(2, 5)) return true;
  }
  return false;
}
