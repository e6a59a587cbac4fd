import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Listener } from './decode-message.ts';

const TOPIC = 'application/1/device/0cfe00000000a31f/event/up';
const time = '2026-01-14T06:07:09Z';
const deviceInfo = { devEui: '0cfe00000000a31f' };
const HOUR_S = 3600;
const NOW_S = Date.parse(time) / 1000;

interface Frame {
  readonly seconds: number;
  readonly status: number;
  readonly litres: number;
  readonly deltas: readonly number[];
}

const frames: fc.Arbitrary<Frame> = fc.record({
  seconds: fc.integer({ min: NOW_S - 20 * HOUR_S, max: NOW_S }),
  status: fc.constantFrom(0, 0x04, 0x10, 0x14, 0x20, 0x24, 0x60, 0xa0, 0xac),
  litres: fc.integer({ min: 0, max: 4_000_000_000 }),
  deltas: fc.array(fc.integer({ min: 0, max: 16_383 }), { minLength: 23, maxLength: 23 }),
});

/** The frame as the meter sends it: an own encoder, bit by bit. */
function encode({ seconds, status, litres, deltas }: Frame): string {
  let bits = 0n;
  for (const delta of deltas.toReversed()) bits = (bits << 14n) | BigInt(delta);
  let whole = (bits << 32n) | BigInt(litres);
  whole = (whole << 8n) | BigInt(status);
  whole = (whole << 32n) | BigInt(seconds);
  whole = (whole << 8n) | 1n;
  let binary = '';
  for (let at = 0; at < 51; at += 1) {
    binary += String.fromCodePoint(Number(whole & 0xffn));
    whole >>= 8n;
  }
  return btoa(binary);
}

/** The frame as a codec hands it on. */
function asObject({ seconds, status, litres, deltas }: Frame): Record<string, unknown> {
  const sum = deltas.reduce((total, delta) => total + delta, litres);
  return {
    payload_format: 'AXIOMA_W1_ENHANCED_24H',
    timestamp_unix: seconds,
    status,
    log_volume_m3: litres / 1000,
    ...Object.fromEntries(
      deltas.map((delta, index) => [`delta_${index + 1}_m3`, delta / 1000] as const),
    ),
    current_volume_m3: sum / 1000,
    history_multiplier: 0,
  };
}

test('LA-02 a frame and the object of a codec say the same, in whole litres', () => {
  const raw = new Listener('chirpstack', { options: { raw_codec: 'axioma-w1' } });
  const decoded = new Listener('chirpstack');
  fc.assert(
    fc.property(frames, (frame) => {
      const event = { time, deviceInfo, fPort: 100 };
      const ofFrame = raw.hear(TOPIC, { ...event, data: encode(frame) });
      const ofObject = decoded.hear(TOPIC, { ...event, object: asObject(frame) });
      expect(ofFrame.rejects).toEqual([]);
      expect(ofFrame.readings).toEqual(ofObject.readings);
      expect(ofFrame.events).toEqual(ofObject.events);
      const volumes = ofFrame.readings.map(([, , value]) => value);
      expect(volumes).toHaveLength(24);
      let litres = frame.litres;
      expect(volumes[0]).toBe(litres / 1000);
      for (const [hour, delta] of frame.deltas.entries()) {
        litres += delta;
        expect(volumes[hour + 1]).toBe(litres / 1000);
      }
    }),
  );
});

describe('what no codec decoded', () => {
  const known = new Listener('chirpstack', { options: { raw_codec: 'axioma-w1' } });
  test.each([
    ['no base64', '*'.repeat(68)],
    ['too short', 'AYsyZ2kk'],
    ['another version', btoa('\u0002'.repeat(51))],
    ['no text', 17],
  ])('CH-03 %s waits with port and data', (_, data) => {
    const { parts, rejects } = known.hear(TOPIC, { time, deviceInfo, fPort: 100, data });
    expect(rejects).toEqual([['malformed', 'object']]);
    expect(parts.flatMap((part) => part.rejects)[0]?.message).toMatch(
      /^not decoded \(port 100, data /,
    );
    expect(parts[0]?.deviceId).toBe('0cfe00000000a31f');
  });

  test('CH-03 a codec that is not known is said to be none', () => {
    const { parts } = new Listener('chirpstack', { options: { raw_codec: 'axioma' } }).hear(TOPIC, {
      deviceInfo,
      data: 'AQ==',
    });
    const [reject] = parts.flatMap((part) => part.rejects);
    expect(reject?.message).toContain('knows axioma-w1 only, not axioma');
  });

  test('CH-01 without application data there is nothing to decode', () => {
    expect(known.hear(TOPIC, { time, deviceInfo }).parts.map(({ received }) => received)).toEqual([
      0,
    ]);
  });

  test('TN-02 says where a formatter is set', () => {
    const payload = {
      end_device_ids: { device_id: 'pit-77' },
      uplink_message: { f_port: 2, frm_payload: 'AAECAw==' },
    };
    const { parts } = new Listener('ttn').hear('v3/a@ttn/devices/pit-77/up', payload);
    const [reject] = parts.flatMap((part) => part.rejects);
    expect(reject?.message).toContain('uplink payload formatter');
    expect(reject?.message).toContain('AAECAw==');
  });
});

test('X-11 EUIs in capitals where the source says so', () => {
  const ids = ['lower', 'upper'].map(
    (eui) =>
      new Listener('ttn', { options: { eui_case: eui } }).hear('v3/a@ttn/devices/pit-77/up', {
        end_device_ids: { device_id: 'pit-77', dev_eui: '0CfE00000000B177' },
        received_at: time,
        uplink_message: { decoded_payload: { humidity: 44 } },
      }).readings[0]?.[0],
  );
  expect(ids).toEqual(['0cfe00000000b177', '0CFE00000000B177']);
});

const hear = (settings: object, ...values: readonly object[]) =>
  new Listener('chirpstack', settings).hear(TOPIC, { time, deviceInfo, object: { values } });
const entry = (Type: string, Value: unknown, Timestamp: string | null, Unit = 'm3') => ({
  Type,
  Value,
  Unit,
  Timestamp,
});

describe('Kamstrup', () => {
  test('LK-01 33 hours, newest first, each at its own hour', () => {
    const newestMs = Date.parse('2026-01-14T06:00:00Z');
    const stamp = (hour: number): string => new Date(newestMs - hour * 3_600_000).toISOString();
    const values = Array.from({ length: 33 }, (_, hour) =>
      entry('Volume', 400 - hour / 8, stamp(hour).slice(0, -1)),
    );
    const { readings } = hear({}, ...values);
    expect(readings).toEqual(
      values.map(({ Value }, hour) => [
        deviceInfo.devEui,
        'water_volume',
        Value,
        'm3',
        stamp(hour).replace('.000Z', 'Z'),
      ]),
    );
  });

  test('LK-03 what holds at one of several entries holds, and states are told as they followed', () => {
    const { events } = hear(
      {},
      entry('Burst', false, '2026-01-14T06:00:00.000', 'NA'),
      entry('V1V2 Leak In', true, '2026-01-14T06:00:00.000', 'NA'),
      entry('V1V2 Leak Out', false, '2026-01-14T06:00:00.000', 'NA'),
      entry('Burst', true, '2026-01-14T05:00:00.000', 'NA'),
    );
    expect(events.map(([, event, state]) => `${event} ${state}`)).toEqual([
      'burst active',
      'burst cleared',
      'leak active',
    ]);
  });

  test('LK-07 in the zone of the source, standard time south of the equator too', () => {
    const { readings } = hear(
      { zone: 'America/Santiago' },
      entry('Volume', 318.204, '2026-01-14T02:00:00.000'),
    );
    expect(readings[0]?.[4]).toBe('2026-01-14T06:00:00Z');
  });

  test('the water of a heat meter is no consumption', () => {
    const at = '2026-01-14T06:00:00.000';
    const { readings } = hear(
      { deviceClass: 'heat' },
      entry('Volume', 318.204, at),
      entry('Flow temperature', 61, at, 'C'),
      entry('Energy', 3.6, at, 'GJ'),
    );
    expect(readings.map(([, quantity, value]) => [quantity, value])).toEqual([
      ['heat_energy', 1000],
    ]);
  });
});
