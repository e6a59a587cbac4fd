import { weekday } from './calendar.ts';
import {
  type AirConditioner,
  type Customer,
  type Home,
  isAway,
  type Refrigerator,
  type Shop,
  type Workshop,
} from './customer.ts';
import { type DayLoad, dayLoad, type LoadBuffer } from './load-buffer.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import { airTemperature, type DayWeather } from './weather.ts';

/** Reactive over active power by kind of appliance. */
const TAN = {
  heat: 0,
  electronics: 0.4,
  light: 0.35,
  motor: 0.8,
  compressor: 0.62,
  inverter: 0.22,
};

interface Day {
  readonly random: Random;
  readonly load: DayLoad;
  readonly day: number;
  readonly weekday: number;
  readonly weather: readonly DayWeather[];
}

/** Writes the loads of one customer for the local days -1 .. days into the buffer. */
export function writeLoads(
  buffer: LoadBuffer,
  customer: Customer,
  firstPort: number,
  city: {
    readonly seed: number;
    readonly startMs: number;
    readonly days: number;
    readonly weather: readonly DayWeather[];
  },
): void {
  for (let day = -1; day <= city.days; day += 1) {
    const context: Day = {
      random: randomStream(city.seed, STREAM.load, customer.key, day),
      load: dayLoad(buffer, firstPort, customer.phases, day),
      day,
      weekday: weekday(city.startMs, day),
      weather: city.weather,
    };
    const { premises } = customer;
    switch (premises.kind) {
      case 'home':
        homeDay(premises, context, isAway(city.seed, customer, day));
        break;
      case 'shop':
        shopDay(premises, context);
        break;
      case 'workshop':
        workshopDay(premises, context);
        break;
      case 'vacant':
        context.load.add(0, 0, 24, premises.standby, TAN.electronics);
    }
  }
}

function homeDay(home: Home, day: Day, away: boolean): void {
  const { random, load } = day;
  background(day, home.standby);
  home.refrigerators.forEach((fridge, index) =>
    refrigerate(fridge, day, 1 + index, away ? 0.8 : 1),
  );
  if (away) return;
  const free = day.weekday === 0 || (day.weekday === 6 && random.chance(0.6));
  const wake = home.wakeHour + (free ? random.uniform(0, 1.4) : random.uniform(-0.3, 0.3));
  const sleep = home.sleepHour + random.uniform(-0.5, free ? 1 : 0.6);
  const atHome = random.chance(free ? 0.8 : home.daytime);
  const back = free ? random.uniform(14, 19) : random.uniform(16.4, 18.6);
  const leaves = free ? random.uniform(8, 11) : random.uniform(6.7, 7.8);

  load.add(0, wake, Math.max(0.2, 6.1 - wake), home.lights * 0.6, TAN.light);
  lit(home, day, sleep);
  cook(home, day, { atHome, wake });
  wash(home, day, { atHome, wake, back });

  const waking: [number, number][] = atHome
    ? [[wake, sleep]]
    : [
        [wake, leaves],
        [back, sleep],
      ];
  for (const [from, to] of waking) live(home, day, from, to);
  load.add(
    5,
    0,
    Math.max(0, wake - 0.2),
    home.fan * Math.min(2, home.people * 0.6),
    TAN.electronics,
  );

  home.bedroomAir.forEach((unit, index) => {
    const start = sleep + random.uniform(-1.6, 0.4);
    const end = 24 + home.wakeHour + random.uniform(-2.5, 0.3);
    if (random.chance(0.9))
      cool(unit, day, 6 + index, start, random.chance(0.25) ? start + 3 : end);
    if (atHome && random.chance(0.3)) {
      const nap = random.uniform(11.8, 13);
      cool(unit, day, 6 + index, nap, nap + random.uniform(1, 2.5));
    }
  });
  if (home.livingAir !== undefined && random.chance(0.7)) {
    const start =
      atHome && random.chance(0.5) ? random.uniform(10, 14) : back + random.uniform(0, 1);
    cool(home.livingAir, day, 9, start, sleep - random.uniform(0, 1));
  }
  if (home.charger !== undefined && random.chance(0.75)) {
    const hours = home.charger.hours * random.uniform(0.4, 1);
    const start = back + random.uniform(0.2, 3.5);
    load.add(10, start, hours * 0.75, home.charger.watts, TAN.electronics);
    load.add(10, start + hours * 0.75, hours * 0.25, home.charger.watts * 0.5, TAN.electronics);
  }
}

/** Small electronics: a level that changes every quarter to full hour. */
function background(day: Day, watts: number): void {
  for (let hour = 0; hour < 24;) {
    const length = Math.min(day.random.uniform(0.25, 1.1), 24 - hour);
    day.load.add(0, hour, length, watts * day.random.uniform(0.75, 1.25), TAN.electronics);
    hour += length;
  }
}

/** Evening lights come on room by room after sunset (about 17:45 all year). */
function lit(home: Home, day: Day, sleep: number): void {
  for (let room = 0; room < 4; room += 1) {
    if (!day.random.chance(0.75)) continue;
    const on = 17.6 + day.random.uniform(0, room === 0 ? 0.6 : 3);
    const off = room === 0 ? sleep : Math.min(sleep, on + day.random.uniform(0.5, 4));
    if (off > on) day.load.add(room, on, off - on, home.lights * 0.35, TAN.light);
  }
  day.load.add(0, sleep, 24 + 5 - sleep, home.lights * 0.05, TAN.light);
}

function live(home: Home, day: Day, from: number, to: number): void {
  const { random, load } = day;
  for (let hour = from; hour < to;) {
    const length = Math.min(random.uniform(0.4, 2.2), to - hour);
    const hot = airTemperature(day.weather, day.day, hour) > 26;
    if (random.chance(hot ? 0.85 : 0.55))
      load.add(
        5,
        hour,
        length,
        home.fan * random.integer(1, Math.min(3, home.people)),
        TAN.electronics,
      );
    if (random.chance(0.45)) load.add(1, hour, length, home.television, TAN.electronics);
    if (random.chance(0.3)) load.add(2, hour, length, home.computer, TAN.electronics);
    hour += length;
  }
}

function cook(home: Home, day: Day, when: { atHome: boolean; wake: number }): void {
  const { random, load } = day;
  const meals = [
    { hour: when.wake + random.uniform(0.1, 0.5), chance: 0.35, rice: 0.25 },
    { hour: random.uniform(10.5, 11.6), chance: when.atHome ? 0.75 : 0.05, rice: 0.8 },
    { hour: random.uniform(16.9, 18.9), chance: 0.85, rice: 0.9 },
  ];
  for (const meal of meals) {
    if (!random.chance(meal.chance)) continue;
    if (random.chance(meal.rice)) {
      const boil = random.uniform(0.3, 0.5);
      load.add(3, meal.hour, boil, home.rice, TAN.heat);
      load.add(3, meal.hour + boil, random.uniform(0.3, 1.8), 45, TAN.heat);
    }
    if (home.induction > 0)
      for (let dish = random.integer(1, 3); dish > 0; dish -= 1)
        load.add(
          4,
          meal.hour + random.uniform(0, 0.7),
          random.uniform(0.08, 0.3),
          home.induction * random.uniform(0.5, 1),
          TAN.light,
        );
    if (home.kettle > 0 && random.chance(0.6))
      load.add(
        4,
        meal.hour + random.uniform(-0.3, 0.9),
        random.uniform(0.05, 0.11),
        home.kettle,
        TAN.heat,
      );
  }
}

function wash(home: Home, day: Day, when: { atHome: boolean; wake: number; back: number }): void {
  const { random, load } = day;
  if (home.heater !== undefined) {
    const { watts, storage } = home.heater;
    const rainy = (day.weather[day.day + 1]?.rain ?? 0) > 0.3 ? 1 : 0.65;
    for (let bath = 0; bath < home.people; bath += 1) {
      if (!random.chance(rainy)) continue;
      const hour = random.chance(0.3)
        ? when.wake + random.uniform(0, 0.8)
        : when.back + random.uniform(0.2, 3.5);
      load.add(
        7,
        hour,
        storage ? random.uniform(0.2, 0.5) : random.uniform(0.08, 0.2),
        watts * (storage ? 0.7 : random.uniform(0.6, 1)),
        TAN.heat,
      );
    }
  }
  if (home.washer > 0 && random.chance(Math.min(0.95, 0.25 + 0.15 * home.people))) {
    const start = when.atHome ? random.uniform(7, 20) : when.back + random.uniform(0.3, 3);
    for (let phase = 0; phase < 4; phase += 1)
      load.add(6, start + 0.2 * phase, 0.16, home.washer * random.uniform(0.4, 1.2), TAN.motor);
  }
  if (home.pump > 0)
    for (const hour of [when.wake + random.uniform(0, 1.5), when.back + random.uniform(0, 2.5)])
      load.add(8, hour, random.uniform(0.15, 0.5), home.pump, TAN.motor);
  if (random.chance(0.25))
    load.add(
      4,
      when.back + random.uniform(0, 3),
      random.uniform(0.15, 0.45),
      random.uniform(500, 1100),
      TAN.heat,
    );
}

/** Compressor on and off; the start of the cycle drifts from day to day. */
function refrigerate(fridge: Refrigerator, day: Day, appliance: number, use: number): void {
  const { random, load } = day;
  for (let hour = -random.next() * fridge.cycleHours; hour < 24;) {
    const warm = 1 + 0.03 * (airTemperature(day.weather, day.day, Math.max(0, hour)) - 27);
    const busy = hour > 6 && hour < 21 ? 1.1 * use : 0.92;
    const cycle = fridge.cycleHours * random.uniform(0.85, 1.15);
    const on = Math.min(0.95, fridge.duty * warm * busy) * cycle;
    const from = Math.max(0, hour);
    if (hour + on > from)
      load.add(appliance, from, Math.min(hour + on, 24) - from, fridge.watts, TAN.compressor);
    hour += cycle;
  }
}

/** An air conditioner from `start` to `end`: pulls down first, then holds against the outdoor temperature. */
function cool(unit: AirConditioner, day: Day, appliance: number, start: number, end: number): void {
  const { random, load } = day;
  if (airTemperature(day.weather, day.day, start) < unit.from || end <= start) return;
  const pull = Math.min(random.uniform(0.25, 0.6), end - start);
  load.add(appliance, start, pull, unit.watts, unit.inverter ? TAN.inverter : TAN.compressor);
  for (let hour = start + pull; hour < end;) {
    const excess = airTemperature(day.weather, day.day, hour) - 21;
    const need = Math.min(0.95, Math.max(0.12, 0.1 + 0.06 * excess)) * random.uniform(0.85, 1.15);
    const length = Math.min(random.uniform(0.15, 0.35), end - hour);
    if (unit.inverter) load.add(appliance, hour, length, unit.watts * need, TAN.inverter);
    else load.add(appliance, hour, length * Math.min(1, need), unit.watts, TAN.compressor);
    hour += length;
  }
}

function shopDay(shop: Shop, day: Day): void {
  const { random, load } = day;
  background(day, shop.standby);
  shop.refrigerators.forEach((fridge, index) => refrigerate(fridge, day, index, 1.15));
  if (shop.closedOn === day.weekday) return;
  const opens = shop.opens + random.uniform(-0.25, 0.4);
  const closes = shop.closes + random.uniform(-0.6, 0.4);
  load.add(1, opens, closes - opens, shop.lights, TAN.light);
  load.add(2, 17.5, Math.max(0, closes + 0.5 - 17.5), shop.sign, TAN.light);
  if (shop.air !== undefined)
    cool(shop.air, day, 4, opens + random.uniform(0.5, 3), closes - random.uniform(0.2, 1));
  if (shop.machine > 0) {
    for (let hour = opens; hour < closes; hour += random.uniform(0.08, 0.5)) {
      const rush = hour < 9 || hour > 18 ? 0.8 : 0.4;
      if (random.chance(rush))
        load.add(0, hour, random.uniform(0.03, 0.12), shop.machine, TAN.heat);
    }
  } else {
    for (let visit = random.integer(3, 14); visit > 0; visit -= 1)
      load.add(
        3,
        random.uniform(opens, closes),
        random.uniform(0.1, 0.6),
        random.uniform(60, 500),
        TAN.electronics,
      );
  }
}

function workshopDay(shop: Workshop, day: Day): void {
  const { random, load } = day;
  background(day, shop.standby);
  if (day.weekday === 0 && !random.chance(0.15)) return;
  const shifts: [number, number][] = [
    [7.2, 11.5],
    [13, 17],
  ];
  if (random.chance(0.15)) shifts.push([18, 20.5]);
  for (const [begin, finish] of shifts) {
    const from = begin + random.uniform(-0.2, 0.4);
    const to = finish + random.uniform(-0.4, 0.5);
    load.add(0, from, to - from, shop.lights, TAN.light);
    shop.motors.forEach((watts) => {
      for (let hour = from; hour < to;) {
        const run = Math.min(random.uniform(0.05, 0.5), to - hour);
        // Motors are three-phase: a third on each port, or all of it on the only one.
        if (random.chance(shop.busy)) {
          const each = (watts * random.uniform(0.45, 1)) / 3;
          for (let phase = 0; phase < 3; phase += 1) load.add(phase, hour, run, each, TAN.motor);
        }
        hour += run;
      }
    });
    if (shop.compressor > 0)
      for (let hour = from; hour < to; hour += random.uniform(0.2, 0.6))
        for (let phase = 0; phase < 3; phase += 1)
          load.add(phase, hour, random.uniform(0.05, 0.15), shop.compressor / 3, TAN.motor);
    if (shop.welder > 0)
      for (let job = random.integer(0, 8); job > 0; job -= 1) {
        const at = random.uniform(from, to);
        for (let bead = 0; bead < 6; bead += 1)
          load.add(1, at + 0.05 * bead, random.uniform(0.01, 0.03), shop.welder, TAN.compressor);
      }
  }
}
