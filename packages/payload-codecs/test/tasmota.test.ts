import { describe, expect, test } from 'vitest';
import { type Said, Listener } from './decode-message.ts';

const TELEGRAM = [
  '/XMX5\\2EXAMPLE02',
  '',
  '1-3:0.2.8(50)',
  '0-0:1.0.0(260114173005W)',
  '0-0:96.1.1(5A5A30303030303030353531)',
  '1-0:1.8.1(001207.450*kWh)',
  '1-0:1.8.2(000988.113*kWh)',
  '1-0:2.8.1(000000.000*kWh)',
  '1-0:2.8.2(000000.000*kWh)',
  '1-0:1.7.0(00.312*kW)',
  '1-0:2.7.0(00.000*kW)',
  '!9A20',
];
const AT = '2026-01-14T16:30:06Z';

/** A bridge that publishes lines. */
function bridge(
  options: Record<string, boolean> = {},
): (line: string, message?: Parameters<Listener['hear']>[2] & { topic?: string }) => Said {
  const listener = new Listener('tasmota', { zone: 'Europe/Amsterdam', options });
  return (line, { topic = 'tele/bridge/RESULT', ...message } = {}) =>
    listener.hear(topic, { SerialReceived: line }, { at: AT, ...message });
}

describe('P1 telegrams of a serial bridge', () => {
  test('TP-01: lines of many bridges are kept apart', () => {
    const hear = bridge();
    const other = { topic: 'tele/other/RESULT' };
    let said: Said | undefined;
    for (const line of TELEGRAM) {
      said = hear(`${line}\r`);
      expect(hear(`${line}\r`, other).rejects).toEqual([]);
    }
    expect(said?.readings.map(([, quantity, value]) => [quantity, value])).toEqual([
      ['active_energy_import', 2195.563],
      ['active_energy_export', 0],
      ['active_power', 312],
    ]);
  });

  test('TP-01: what takes longer than 10 s is dropped, its end told of', () => {
    const hear = bridge();
    for (const line of TELEGRAM.slice(0, 6)) hear(`${line}\r`);
    for (const line of TELEGRAM.slice(6, -1))
      expect(hear(`${line}\r`, { at: '2026-01-14T16:30:17Z' }).rejects).toEqual([]);
    const last = hear('!9A20\r', { at: '2026-01-14T16:30:17Z' });
    expect(last.readings).toEqual([]);
    expect(last.rejects).toEqual([['malformed', 'SerialReceived']]);
  });

  test('TP-02: the ends of lines may be lost or several lines be in one message', () => {
    const bare = bridge();
    expect(TELEGRAM.map((line) => bare(line)).at(-1)?.readings).toHaveLength(3);
    expect(bridge()(`${TELEGRAM.join('\r\n')}\r\n`).readings).toHaveLength(3);
    const halves = bridge();
    halves(`${TELEGRAM.slice(0, 5).join('\r\n')}\r\n`);
    expect(halves(`${TELEGRAM.slice(5).join('\r\n')}\r\n`).readings).toHaveLength(3);
  });

  test('TP-02: without the empty line behind the header the CRC is another', () => {
    const hear = bridge();
    const said = TELEGRAM.filter((line) => line !== '').map((line) => hear(`${line}\r`));
    expect(said.at(-1)?.rejects).toEqual([['malformed', 'crc']]);
  });

  test('TP-03: one line that is lost or out of order loses the telegram, not a part of it', () => {
    for (let gone = 1; gone < TELEGRAM.length - 1; gone += 1) {
      const hear = bridge();
      const said = TELEGRAM.toSpliced(gone, 1).map((line) => hear(`${line}\r`));
      expect(said.flatMap(({ readings }) => readings)).toEqual([]);
      expect(said.at(-1)?.rejects).toEqual([['malformed', 'crc']]);
    }
  });

  test('a line that was retained or lay in quarantine is of no telegram', () => {
    const hear = bridge();
    for (const line of TELEGRAM.slice(0, -1)) hear(`${line}\r`);
    expect(hear('/XMX5\\2OTHER\r', { retain: true }).rejects).toEqual([]);
    expect(hear('!0000\r', { replayed: true }).rejects).toEqual([['malformed', 'SerialReceived']]);
    expect(hear('!9A20\r').readings).toHaveLength(3);
  });

  test('P1-02: telegrams without CRC where the source allows it', () => {
    const plain = [...TELEGRAM.slice(0, -1), '!'];
    const strict = bridge();
    expect(plain.map((line) => strict(line)).at(-1)?.rejects).toEqual([['malformed', 'crc']]);
    const lenient = bridge({ allow_without_crc: true });
    expect(plain.map((line) => lenient(line)).at(-1)?.readings).toHaveLength(3);
  });

  test('a bridge that never ends a telegram is not remembered without end', () => {
    const hear = bridge();
    hear('/XMX5\\2EXAMPLE02\r');
    for (let n = 0; n < 600; n += 1) hear('1-0:1.8.1(001207.450*kWh)\r');
    expect(hear('!\r').rejects).toEqual([['malformed', 'SerialReceived']]);
  });
});

const energy = (start: string, total: unknown): unknown => ({
  Time: '2026-01-14T07:00:15',
  ENERGY: { TotalStartTime: start, Total: total },
});

describe('resets of the counter', () => {
  test('TE-03: a new start of the total is told of once, one of 1970 not at all', () => {
    const listener = new Listener('tasmota', { zone: 'Europe/Paris' });
    const hear = (start: string, message = {}): string[][] =>
      listener.hear('tele/plug/SENSOR', energy(start, 5), message).events;
    expect(hear('2025-11-02T09:12:44')).toEqual([]);
    expect(hear('1970-01-09T11:02:31')).toEqual([]);
    expect(hear('2025-11-02T09:12:44')).toEqual([]);
    expect(hear('2026-01-13T18:00:00', { retain: true })).toEqual([]);
    expect(hear('2026-01-13T18:00:00')).toEqual([
      ['plug', 'counter_reset', 'past', '2026-01-13T17:00:00Z'],
    ]);
    expect(hear('2026-01-13T18:00:00')).toEqual([]);
  });

  test('TE-03: of two loads it is that of both', () => {
    const listener = new Listener('tasmota');
    listener.hear('tele/pair/SENSOR', energy('2025-11-02T09:12:44', [1, 2]));
    const { events } = listener.hear('tele/pair/SENSOR', energy('2026-01-13T18:00:00', [0, 0]));
    expect(events.map(([id]) => id)).toEqual(['pair:1', 'pair:2']);
  });
});

test('TE-02: an array longer than any device has loads is refused as one', () => {
  const loads = Array.from({ length: 5000 }, (_, index) => index);
  const { parts } = new Listener('tasmota').hear('tele/x/SENSOR', { ENERGY: { Power: loads } });
  expect(parts.map(({ received }) => received)).toEqual([1]);
});

test('a sum over phases of which one is missing is none', () => {
  const listener = new Listener('tasmota', { phases: 3 });
  const hear = (power: unknown): Said =>
    listener.hear('tele/x/SENSOR', { ENERGY: { Power: power, Voltage: 230 } });
  expect(hear([1, null, 3]).readings.map(([, quantity]) => quantity)).toEqual(['voltage_l1']);
  expect(hear([1, 'off', 3]).rejects).toEqual([['wrong_type', 'ENERGY.Power']]);
  expect(hear([]).readings).toHaveLength(1);
});

test('Time may count seconds', () => {
  const { readings } = new Listener('tasmota').hear('tele/x/SENSOR', {
    Time: 1768370415,
    ENERGY: { Power: 3 },
  });
  expect(readings).toEqual([['x', 'active_power', 3, 'W', '2026-01-14T06:00:15Z']]);
});

test('counters of pulses are nothing without the weight of a pulse', () => {
  const said = new Listener('tasmota').hear('tele/x/SENSOR', { COUNTER: { C1: 41807 } });
  expect(said.rejects).toEqual([['unknown_quantity', '']]);
});
