import { describe, expect, test } from 'vitest';
import { crc16 } from '../src/lib/dialects/p1/crc16.ts';
import { Listener } from './decode-message.ts';
import { made } from './p1-by-dsmr-parser.ts';

const AMSTERDAM = { zone: 'Europe/Amsterdam' };

/** A telegram of these lines behind a header, with its CRC. */
function telegram(...lines: string[]): string {
  const text = `${['/XMX5\\2TEST', '', ...lines].join('\r\n')}\r\n!`;
  return `${text}${crc16(text).toString(16).toUpperCase().padStart(4, '0')}\r\n`;
}
const ID = '0-0:96.1.1(4531)';

/** Readings of a telegram with these lines. */
const read = (...lines: string[]): ReturnType<Listener['hear']>['readings'] =>
  new Listener('dsmr-p1', AMSTERDAM).hear('p1', telegram(...lines)).readings;

test('P1-01: the CRC is that of the check value of CRC-16/ARC', () => {
  expect(crc16('123456789')).toBe(0xbb3d);
  expect(crc16('\u0131')).not.toBe(crc16('1'));
});

describe('telegrams as dsmr-parser reads them', () => {
  test.each(made.map(({ telegram: text, readings }, index) => [index, text, readings] as const))(
    'telegram %i',
    (_, text, readings) => {
      const heard = new Listener('dsmr-p1', AMSTERDAM).hear('p1', text, {
        at: '2026-01-02T00:00:00Z',
      });
      expect(heard.rejects.length).toBe(readings === null ? 1 : 0);
      const expected = new Map(
        (readings ?? []).map(([id, quantity, value, unit, ts]) => [
          `${id} ${quantity} ${unit} ${ts}`,
          value,
        ]),
      );
      const rows = heard.readings.map(
        ([id, quantity, value, unit, ts]) =>
          [`${id} ${quantity} ${unit} ${ts}`, Number(value)] as const,
      );
      expect(rows.map(([key]) => key).toSorted()).toEqual([...expected.keys()].toSorted());
      for (const [key, value] of rows) {
        const other = expected.get(key) ?? Number.NaN;
        // GJ divided by 3.6: the last bit is a matter of the order
        if (key.includes(' heat_energy ')) expect(value / other - 1).toBeCloseTo(0, 14);
        else expect(value).toBe(other);
      }
    },
  );

  test('there are some of each kind', () => {
    expect(made.filter(({ readings }) => readings === null).length).toBe(5);
    expect(made.length).toBe(25);
  });
});

/** Times of telegrams with these stamps. */
const times = (zone: string, ...stamps: string[]): unknown[] =>
  stamps.map((stamp) => {
    const text = telegram(ID, `0-0:1.0.0(${stamp})`, '1-0:1.8.0(1*kWh)');
    return new Listener('dsmr-p1', { zone }).hear('p1', text).readings[0]?.slice(4).join(' ');
  });

describe('stamps', () => {
  test('P1-04: the season letter tells the two hours of autumn apart', () => {
    expect(times('Europe/Paris', '251026021500S', '251026021500W')).toEqual([
      '2025-10-26T00:15:00Z',
      '2025-10-26T01:15:00Z',
    ]);
  });

  test('the letter counts, whatever the season: a clock that was not put forward', () => {
    expect(times('Europe/Amsterdam', '250714120000W', '250714120000S')).toEqual([
      '2025-07-14T11:00:00Z',
      '2025-07-14T10:00:00Z',
    ]);
  });

  test('the zone is that of the source, and without one Central European Time', () => {
    expect(times('Europe/Vilnius', '250714120000S')).toEqual(['2025-07-14T09:00:00Z']);
    expect(times('UTC', '250714120000S', '250114120000W')).toEqual([
      '2025-07-14T10:00:00Z',
      '2025-01-14T11:00:00Z',
    ]);
    expect(times('+02:00', '250114120000W', '250714120000S')).toEqual([
      '2025-01-14T10:00:00Z',
      '2025-07-14T09:00:00Z',
    ]);
    expect(times('America/St_Johns', '250114120000W')).toEqual(['2025-01-14T15:30:00Z']);
  });

  test('without a letter (DSMR 2.2) it is local time, resolved by arrival and marked', () => {
    const text = telegram(
      ID,
      '0-1:24.1.0(007)',
      '0-1:96.1.0(5731)',
      '0-1:24.3.0(251026023000)(00)(60)(1)(0-1:24.2.1)(m3)',
      '(00007.000)',
    );
    const at = (arrival: string): unknown =>
      new Listener('dsmr-p1', AMSTERDAM).hear('p1', text, { at: arrival }).readings;
    const row = ['W1', 'water_volume', 7, 'm3'];
    expect(at('2025-10-26T00:31:00Z')).toEqual([
      [...row, '2025-10-26T00:30:00Z', 'ambiguous_time'],
    ]);
    expect(at('2025-10-26T01:31:00Z')).toEqual([
      [...row, '2025-10-26T01:30:00Z', 'ambiguous_time'],
    ]);
  });

  test('X-07: a meter more than a day ahead is read at arrival and its clock is told of', () => {
    const text = telegram(ID, '0-0:1.0.0(260301000000W)', '1-0:1.8.0(1*kWh)');
    const { readings, events, parts } = new Listener('dsmr-p1', AMSTERDAM).hear('p1', text);
    expect(readings).toEqual([
      ['E1', 'active_energy_import', 1, 'kW.h', '2026-01-14T06:30:00Z', 'arrival'],
    ]);
    expect(events).toEqual([['E1', 'clock_error', 'active', '2026-01-14T06:30:00Z']]);
    expect(parts[0]?.events[0]?.detail).toBe('260301000000W');
  });
});

describe('meters', () => {
  test('P1-03: only the sum of the tariffs is read, whichever is the low one', () => {
    const row = ['E1', 'active_energy_import', 0.3, 'kW.h', '2026-01-14T06:30:00Z', 'arrival'];
    expect(read(ID, '1-0:1.8.1(0.1*kWh)', '1-0:1.8.2(0.2*kWh)')).toEqual([row]);
    expect(read(ID, '1-0:1.8.1(0.2*kWh)', '1-0:1.8.2(0.1*kWh)')).toEqual([row]);
    expect(read(ID, '1-0:1.8.0(0.3*kWh)', '1-0:1.8.1(0.2*kWh)', '1-0:1.8.2(0.1*kWh)')).toEqual([
      row,
    ]);
    expect(read(ID, '1-0:1.8.1(0.3*kWh)')).toEqual([]);
    expect(read(ID, '1-0:1.8.1(0.3*kWh)', '1-0:1.8.2(100*Wh)')).toEqual([]);
  });

  test('P1-08: a sub-meter keeps its device when its channel changes', () => {
    const listener = new Listener('dsmr-p1', AMSTERDAM);
    const on = (n: number): unknown =>
      listener.hear(
        'p1',
        telegram(
          `0-${n}:24.1.0(007)`,
          `0-${n}:96.1.0(5731)`,
          `0-${n}:24.2.1(260114070000W)(5.5*m3)`,
        ),
      ).readings;
    expect(on(1)).toEqual([['W1', 'water_volume', 5.5, 'm3', '2026-01-14T06:00:00Z']]);
    expect(on(4)).toEqual(on(1));
  });

  test('an id that is no hexadecimal text is taken as it is; without one it is the topic', () => {
    const voltage = '1-0:32.7.0(230*V)';
    expect(read('0-0:96.1.1(1234567)', voltage)[0]?.[0]).toBe('1234567');
    expect(read('0-0:96.1.1(0102)', voltage)[0]?.[0]).toBe('0102');
    expect(read('0-0:96.1.1()', voltage)[0]?.[0]).toBe('p1');
  });

  test('failures are told by the increase of their counts, of live telegrams in order', () => {
    const listener = new Listener('dsmr-p1', AMSTERDAM);
    const count = (minute: string, failures: number, message = {}): unknown => {
      const text = telegram(
        ID,
        `0-0:1.0.0(2601140730${minute}W)`,
        `0-0:96.7.21(${String(failures).padStart(5, '0')})`,
        '1-0:1.8.0(1*kWh)',
      );
      return listener.hear('p1', text, message).events;
    };
    expect(count('00', 4)).toEqual([]);
    expect(count('01', 4)).toEqual([]);
    expect(count('02', 9, { retain: true })).toEqual([]);
    expect(count('03', 9, { replayed: true })).toEqual([]);
    expect(count('04', 5)).toEqual([['E1', 'power_loss', 'past', '2026-01-14T06:30:04Z']]);
    expect(count('03', 4)).toEqual([]);
    expect(count('05', 5)).toEqual([]);
  });
});

test('a unit without end is not repeated at length', () => {
  const long = 'x'.repeat(5000);
  const text = telegram(
    ID,
    `1-0:1.7.0(1*kW)`,
    `1-0:2.7.0(1*${long})`,
    `1-0:1.8.1(1*${long})`,
    '1-0:1.8.2(1*kWh)',
  );
  const { parts } = new Listener('dsmr-p1', AMSTERDAM).hear('p1', text);
  const rejects = parts.flatMap((part) => part.rejects);
  expect(rejects.map(({ reason }) => reason)).toEqual(['bad_unit', 'bad_unit']);
  for (const { message } of rejects) expect(message.length).toBeLessThan(300);
});

test('of a payload with many telegrams a hundred are read', () => {
  const one = telegram(ID, '1-0:1.8.0(1*kWh)');
  const { parts, rejects } = new Listener('dsmr-p1', AMSTERDAM).hear('p1', one.repeat(130));
  expect(rejects).toEqual([['too_large', '']]);
  expect(parts.map(({ received }) => received)).toEqual([100, 30]);
});
